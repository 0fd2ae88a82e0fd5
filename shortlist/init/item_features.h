// The features of a guessed model's items, other than their id.
#pragma once

#include <optional>
#include <string>

#include "shortlist/init/model_guess.h"

namespace shortlist {

// The column with the name of an item: the display column, or the id.
size_t title_column(const ModelGuess& guess);
// Whether names have several words. Items with similar names are similar.
bool has_title_words(const ModelGuess& guess);
// The name of the feature of these words, which no column has.
std::string title_words_name(const ModelGuess& guess);

// The embedded feature of the items, other than the id, that says most: the words of the name, or the column
// with the most values.
std::optional<std::string> richest_feature(const ModelGuess& guess);

}  // namespace shortlist
