#include "shortlist/synth/titles.h"

#include <fmt/format.h>

#include <array>

namespace shortlist {
namespace {

constexpr int kNouns = 10;

struct Genre {
  std::string_view name;
  std::string_view nouns[kNouns];
};

constexpr Genre kGenres[] = {
    {"Adventure",
     {"Island", "Voyage", "Treasure", "Jungle", "Compass", "Expedition", "Canyon", "Caravan", "Map",
      "Summit"}},
    {"Comedy",
     {"Wedding", "Neighbors", "Holiday", "Parrot", "Roommates", "Mistake", "Uncle", "Picnic", "Trousers",
      "Lottery"}},
    {"Crime",
     {"Heist", "Detective", "Witness", "Alibi", "Ransom", "Informer", "Safe", "Getaway", "Verdict",
      "Forgery"}},
    {"Drama",
     {"Harbor", "Daughters", "Letters", "Winter", "Orchard", "Promise", "Bridge", "Silence", "Inheritance",
      "Brothers"}},
    {"Fantasy",
     {"Dragon", "Kingdom", "Wizard", "Sword", "Prophecy", "Crown", "Griffin", "Spell", "Castle", "Rune"}},
    {"History",
     {"Empire", "Treaty", "Queen", "Siege", "Revolution", "Emperor", "Armada", "Dynasty", "Senate",
      "Cathedral"}},
    {"Horror",
     {"Ghost", "Cellar", "Curse", "Scream", "Grave", "Asylum", "Vampire", "Whisper", "Coffin", "Possession"}},
    {"Music",
     {"Orchestra", "Melody", "Guitar", "Encore", "Choir", "Drummer", "Opera", "Rhythm", "Serenade",
      "Violin"}},
    {"Mystery",
     {"Secret", "Riddle", "Stranger", "Clue", "Manuscript", "Disappearance", "Key", "Mask", "Cipher",
      "Portrait"}},
    {"Romance",
     {"Kiss", "Heart", "Sweetheart", "Rendezvous", "Waltz", "Rose", "Proposal", "Embrace", "Lovers",
      "Honeymoon"}},
    {"Science Fiction",
     {"Galaxy", "Robot", "Starship", "Android", "Orbit", "Colony", "Comet", "Clone", "Nebula", "Machine"}},
    {"Sports",
     {"Champion", "Marathon", "Coach", "Stadium", "League", "Goalkeeper", "Trophy", "Rookie", "Regatta",
      "Final"}},
    {"Thriller",
     {"Conspiracy", "Hostage", "Agent", "Sniper", "Deadline", "Countdown", "Target", "Pursuit", "Traitor",
      "Blackout"}},
    {"War",
     {"Battalion", "Trenches", "Submarine", "Soldier", "Front", "Bunker", "Convoy", "Armistice", "Squadron",
      "Medal"}},
    {"Western",
     {"Sheriff", "Outlaw", "Saloon", "Prairie", "Cowboy", "Stagecoach", "Rodeo", "Ranch", "Bounty",
      "Frontier"}},
    {"Wildlife",
     {"Wolves", "Whale", "Savanna", "Eagle", "Glacier", "Elephant", "Reef", "Migration", "Tundra", "Otters"}},
};
constexpr std::string_view kCountries[] = {"Argentina", "Canada", "Finland", "France", "India",
                                           "Italy",     "Japan",  "Kenya",   "Mexico", "Poland"};
constexpr std::string_view kAgeGroups[] = {"under 18", "18 to 24", "25 to 34", "35 to 49", "50 and over"};
constexpr std::string_view kAdjectives[] = {
    "Quiet",     "Golden", "Last",   "Hidden",  "Broken", "Silver",  "Distant", "Endless", "Crimson",
    "Forgotten", "Little", "Second", "Burning", "Frozen", "Perfect", "Lonely",  "Wild",    "Secret",
    "Blue",      "Hollow", "Great",  "Paper",   "Velvet", "Lost",    "Bitter",  "Bright",  "Strange",
    "Final",     "Brave",  "Empty",  "Gentle",  "Iron",   "Midnight"};
constexpr std::string_view kPlaces[] = {
    "Alder Bay", "Brannock", "Casterly", "Dunmere", "Eastvale",  "Farrow", "Greyfell",  "Hollin",  "Ironside",
    "Juniper",   "Kestrel",  "Larkspur", "Marrow",  "Northwick", "Orland", "Pinecrest", "Ravenna", "Tamsin"};
constexpr auto kGenreNames = [] {
  std::array<std::string_view, std::size(kGenres)> names;
  for (size_t g = 0; g < names.size(); ++g) names[g] = kGenres[g].name;
  return names;
}();

template <size_t N>
std::string_view pick(RandomStream stream, uint64_t counter, const std::string_view (&words)[N]) {
  return words[stream.below(counter, N)];
}

std::string_view noun(RandomStream stream, uint64_t counter, int genre, int genres) {
  const bool own = stream.uniform(counter) < 0.8;
  const Genre& from = kGenres[own ? genre : static_cast<int>(stream.below(counter + 1, genres))];
  return pick(stream, counter + 2, from.nouns);
}

std::string plain_title(RandomStream stream, int genre, int genres) {
  const std::string_view thing = noun(stream, 0, genre, genres), adjective = pick(stream, 3, kAdjectives);
  const std::string_view place = pick(stream, 4, kPlaces);
  switch (stream.below(5, 5)) {
    case 0:
      return fmt::format("The {} {}", adjective, thing);
    case 1:
      return fmt::format("{} {}", adjective, thing);
    case 2:
      return fmt::format("The {} of {}", thing, place);
    case 3:
      return fmt::format("{} and {}", thing, noun(stream, 6, genre, genres));
    default:
      return fmt::format("The {} {} of {}", adjective, thing, place);
  }
}

}  // namespace

std::span<const std::string_view> synth_genre_names() { return kGenreNames; }
std::span<const std::string_view> synth_country_names() { return kCountries; }
std::span<const std::string_view> synth_age_group_names() { return kAgeGroups; }

std::string synth_title(RandomStream stream, int genre, int genres, int attempt) {
  std::string title = plain_title(stream.at(2 * attempt), genre, genres);
  if (attempt < 4) return title;
  return title + ": " + plain_title(stream.at(2 * attempt + 1), genre, genres);
}

}  // namespace shortlist
