/* As much of TensorFlow Lite Micro as the exported network uses, on the host: the network says what it is told to.
 *
 * The stand-in adds 1 to the first bytes of the window and gives them as logits, so that a test sees both ends.
 */
#ifndef FAKE_MICRO_INTERPRETER_H
#define FAKE_MICRO_INTERPRETER_H

#include <cstddef>
#include <cstdint>

#include "emg_model.h"

enum TfLiteStatus { kTfLiteOk, kTfLiteError };

struct TfLiteTensor {
    struct {
        int8_t *int8;
    } data;
    size_t bytes;
};

namespace tflite {

struct Model {
    uint32_t version() const { return 3; }
};

class MicroInterpreter {
  public:
    template <typename Resolver>
    MicroInterpreter(const Model *, const Resolver &resolver, uint8_t *arena, size_t bytes)
        : enough_(resolver.added == EMG_OPERATORS && arena != nullptr && bytes >= EMG_ARENA_BYTES) {}
    TfLiteStatus AllocateTensors() { return enough_ ? kTfLiteOk : kTfLiteError; }
    TfLiteTensor *input(size_t) { return &input_; }
    TfLiteTensor *output(size_t index) { return index == EMG_LOGITS_OUTPUT ? &logits_ : &embedding_; }
    TfLiteStatus Invoke() {
        for (int k = 0; k < EMG_CLASSES; k++) {
            said_[k] = static_cast<int8_t>(given_[k] + 1);
        }
        return kTfLiteOk;
    }

  private:
    bool enough_;
    int8_t given_[EMG_CONTEXT * EMG_FEATURES] = {}, said_[EMG_CLASSES] = {}, other_[1] = {};
    TfLiteTensor input_ = {{given_}, sizeof given_}, logits_ = {{said_}, sizeof said_}, embedding_ = {{other_}, 1};
};

}  // namespace tflite

#endif
