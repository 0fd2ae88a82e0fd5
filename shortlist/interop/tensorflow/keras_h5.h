// A Keras .weights.h5 file: groups by attribute and by layer kind, each with its variables as vars/0, vars/1,
// ... The file does not contain the variables' names or the order of layers of different kinds.
// https://github.com/keras-team/keras/blob/v2.15.0/keras/saving/saving_lib.py
#pragma once

#include <string>
#include <vector>

#include "shortlist/interop/tensorflow/keras_import.h"
#include "shortlist/interop/tensorflow/keras_layers.h"
#include "shortlist/io/hdf5.h"

namespace shortlist {

// Finds the layers with weights. The number of a variable is its position in `datasets`.
KerasLayers find_h5_layers(const std::vector<Hdf5Dataset>& datasets);

// Has the contract of import_keras(). The optimizer's slots are identified by find_slot_order().
KerasImport import_weights_h5(const std::string& path, const ModelSpec& spec, Parameters& parameters,
                              const KerasImportOptions& options);

}  // namespace shortlist
