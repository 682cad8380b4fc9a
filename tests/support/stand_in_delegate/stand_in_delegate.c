/* A stand-in for libedgetpu: a TFLite external delegate that claims every edgetpu-custom-op and computes it itself.
 *
 * What it computes is simple and depends on every input byte, so that a test can do the same sum: with s the sum of
 * all int8 inputs that are no constants, byte i of every output is s * (i + 1) + i, cut to eight bits.
 *
 * It appends a line an event to the file named by STAND_IN_LOG. Compiled with -DWAY=NO_DEVICE it finds no device and
 * says so, with SILENT it finds none and says nothing (as libedgetpu does), with BREAKS it fails on the graph.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tflite_abi.h"

#define CUSTOM_OPERATOR "edgetpu-custom-op"

enum { WORKS, NO_DEVICE, SILENT, BREAKS };
#ifndef WAY
#define WAY WORKS
#endif

static void tell(const char *format, ...) {
  const char *path = getenv("STAND_IN_LOG");
  FILE *file = path == NULL ? NULL : fopen(path, "a");
  va_list arguments;
  if (file == NULL) {
    return;
  }
  va_start(arguments, format);
  vfprintf(file, format, arguments);
  va_end(arguments);
  fputc('\n', file);
  fclose(file);
}

static void *kernel_init(Context *context, const char *buffer, size_t length) {
  (void)context, (void)buffer, (void)length;
  tell("kernel init");
  return NULL;
}

static int kernel_prepare(Context *context, Node *node) {
  for (int i = 0; i < node->outputs->size; i++) {
    const Tensor *tensor = &context->tensors[node->outputs->data[i]];
    tell("output %s of %zu bytes", tensor->name, tensor->bytes);
    if (tensor->type != TYPE_INT8) {
      context->report_error(context, "the stand-in takes int8 only");
      return STATUS_ERROR;
    }
  }
  return STATUS_OK;
}

static int kernel_invoke(Context *context, Node *node) {
  int32_t sum = 0;
  for (int i = 0; i < node->inputs->size; i++) {
    const Tensor *tensor = &context->tensors[node->inputs->data[i]];
    if (tensor->allocation_type == MEMORY_MAPPED_CONSTANT) {
      continue;
    }
    for (size_t byte = 0; byte < tensor->bytes; byte++) {
      sum += ((const int8_t *)tensor->data)[byte];
    }
  }
  for (int i = 0; i < node->outputs->size; i++) {
    Tensor *tensor = &context->tensors[node->outputs->data[i]];
    for (size_t byte = 0; byte < tensor->bytes; byte++) {
      ((uint8_t *)tensor->data)[byte] = (uint8_t)((uint32_t)sum * (uint32_t)(byte + 1) + (uint32_t)byte);
    }
  }
  return STATUS_OK;
}

static int delegate_prepare(Context *context, Delegate *delegate) {
  IntArray *plan, *claimed, *one;
  int status = context->get_execution_plan(context, &plan);
  Registration kernel = {.init = kernel_init, .prepare = kernel_prepare, .invoke = kernel_invoke,
                         .custom_name = "stand-in", .version = 1};
  if (WAY == BREAKS) {
    context->report_error(context, "the stand-in breaks, as it was told to");
    return STATUS_ERROR;
  }
  if (status != STATUS_OK) {
    return status;
  }
  claimed = malloc(sizeof(IntArray) + (size_t)plan->size * sizeof(int)); /* the plan is the runtime's, and changes */
  claimed->size = 0;
  for (int i = 0; i < plan->size; i++) {
    Node *node;
    Registration *registration;
    status = context->get_node_and_registration(context, plan->data[i], &node, &registration);
    if (status == STATUS_OK && registration->custom_name != NULL &&
        strcmp(registration->custom_name, CUSTOM_OPERATOR) == 0) {
      claimed->data[claimed->size++] = plan->data[i];
    }
  }
  tell("prepare %d nodes, %d claimed", plan->size, claimed->size);
  one = malloc(sizeof(IntArray) + sizeof(int));
  one->size = 1;
  for (int i = 0; i < claimed->size && status == STATUS_OK; i++) { /* each by itself, as libedgetpu does */
    one->data[0] = claimed->data[i];
    status = context->replace_node_subsets(context, kernel, one, delegate);
  }
  free(one);
  free(claimed);
  return status;
}

Delegate *tflite_plugin_create_delegate(char **keys, char **values, size_t options, void (*report_error)(const char *)) {
  Delegate *delegate;
  (void)keys, (void)values, (void)options;
  if (WAY == NO_DEVICE) {
    report_error("no device answers");
  }
  if (WAY == NO_DEVICE || WAY == SILENT) {
    return NULL;
  }
  delegate = calloc(1, sizeof(Delegate));
  delegate->prepare = delegate_prepare;
  /* As libedgetpu: or the runtime would prepare the custom operator, which nobody has registered, before asking us. */
  delegate->flags = DELEGATE_ALLOWS_DYNAMIC_TENSORS;
  tell("create");
  return delegate;
}

void tflite_plugin_destroy_delegate(Delegate *delegate) {
  if (delegate != NULL) {
    tell("destroy");
  }
  free(delegate);
}
