#ifndef FAKE_SCHEMA_GENERATED_H
#define FAKE_SCHEMA_GENERATED_H

#define TFLITE_SCHEMA_VERSION 3

namespace tflite {
inline const Model *GetModel(const void *) {
    static const Model model;
    return &model;
}
}  // namespace tflite

#endif
