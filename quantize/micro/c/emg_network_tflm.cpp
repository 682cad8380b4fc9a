#include "emg_model.h"
#include "emg_network.h"

#include <string.h>

#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/system_setup.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace {

alignas(16) uint8_t arena[EMG_ARENA_BYTES];
tflite::MicroInterpreter *interpreter = nullptr;

}  // namespace

const char *emg_network_init(void) {
    tflite::InitializeTarget();
    const tflite::Model *model = tflite::GetModel(emg_model);
    if (model->version() != TFLITE_SCHEMA_VERSION) {
        return "the model's schema is not the one of this TensorFlow Lite Micro";
    }
    static tflite::MicroMutableOpResolver<EMG_OPERATORS> resolver;
    EMG_ADD_OPERATORS(resolver)
    static tflite::MicroInterpreter made(model, resolver, arena, sizeof arena);
    if (made.AllocateTensors() != kTfLiteOk) {
        return "the arena is too small, or an operator is missing: see EMG_ARENA_BYTES and EMG_ADD_OPERATORS";
    }
    if (made.input(0)->bytes != EMG_CONTEXT * EMG_FEATURES || made.output(EMG_LOGITS_OUTPUT)->bytes != EMG_CLASSES) {
        return "the model is not the one that emg_model.h describes";
    }
    interpreter = &made;
    return nullptr;
}

const int8_t *emg_network_run(const int8_t *window) {
    memcpy(interpreter->input(0)->data.int8, window, EMG_CONTEXT * EMG_FEATURES);
    return interpreter->Invoke() == kTfLiteOk ? interpreter->output(EMG_LOGITS_OUTPUT)->data.int8 : nullptr;
}
