// The words of the synthetic table: names of genres, countries and age groups, and invented titles.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "shortlist/base/random.h"

namespace shortlist {

std::span<const std::string_view> synth_genre_names();
std::span<const std::string_view> synth_country_names();
std::span<const std::string_view> synth_age_group_names();  // youngest first

// A title such as "The Quiet Harbor". With probability 4/5 its noun belongs to `genre`, otherwise to any of
// the first `genres`. Different attempts for the same item give different titles; later ones have a subtitle.
std::string synth_title(RandomStream stream, int genre, int genres, int attempt);

}  // namespace shortlist
