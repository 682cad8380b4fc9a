/* What a TFLite external delegate shares with the runtime, declared anew: as much of it as the stand-in touches.
 *
 * The layouts are those of TFLite 2.16 to LiteRT 2.3 on 64-bit machines, which promise to add fields at the end only.
 * Structs that are only reached by pointer end after the last field that is used; the two that are passed or walked
 * by size (registration, tensor) are whole. The test compares what is read through them with what Python says.
 */
#ifndef STAND_IN_TFLITE_ABI_H
#define STAND_IN_TFLITE_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STATUS_OK = 0, STATUS_ERROR = 1 };
enum { TYPE_INT8 = 9 };
enum { MEMORY_MAPPED_CONSTANT = 1 };
enum { DELEGATE_ALLOWS_DYNAMIC_TENSORS = 1 };

typedef struct {
  int size;
  int data[];
} IntArray;

struct Context;
struct Delegate;

typedef struct {
  int type;
  void *data;
  IntArray *dims;
  struct {
    float scale;
    int32_t zero_point;
  } params;
  int allocation_type;
  size_t bytes;
  const void *allocation;
  const char *name;
  struct Delegate *delegate;
  int buffer_handle;
  bool data_is_stale;
  bool is_variable;
  struct {
    int type;
    void *params;
  } quantization;
  void *sparsity;
  const IntArray *dims_signature;
} Tensor;

typedef struct {
  IntArray *inputs;
  IntArray *outputs;
} Node;

typedef struct {
  void *(*init)(struct Context *, const char *, size_t);
  void (*free)(struct Context *, void *);
  int (*prepare)(struct Context *, Node *);
  int (*invoke)(struct Context *, Node *);
  const char *(*profiling_string)(const struct Context *, const Node *);
  int32_t builtin_code;
  const char *custom_name;
  int version;
  void *registration_external;
  void *(*async_kernel)(struct Context *, Node *);
  uint64_t inplace_operator;
} Registration;

typedef struct Context {
  size_t tensors_size;
  int (*get_execution_plan)(struct Context *, IntArray **);
  Tensor *tensors;
  void *impl;
  int (*resize_tensor)(struct Context *, Tensor *, IntArray *);
  void (*report_error)(struct Context *, const char *, ...);
  int (*add_tensors)(struct Context *, int, int *);
  int (*get_node_and_registration)(struct Context *, int, Node **, Registration **);
  int (*replace_node_subsets)(struct Context *, Registration, const IntArray *, struct Delegate *);
} Context;

typedef struct Delegate {
  void *data;
  int (*prepare)(Context *, struct Delegate *);
  int (*copy_from_buffer_handle)(Context *, struct Delegate *, int, Tensor *);
  int (*copy_to_buffer_handle)(Context *, struct Delegate *, int, Tensor *);
  void (*free_buffer_handle)(Context *, struct Delegate *, int *);
  int64_t flags;
  void *opaque_delegate_builder;
} Delegate;

#endif
