#include "shortlist/ranks/collectives_library.h"

#include "shortlist/base/error.h"
#include "shortlist/base/shared_library.h"

namespace shortlist {
namespace {

const ShortlistCollectives& open_module() {
  const SharedLibrary library(
      {.name = "The module for several ranks",
       .version = "the module of this version of Shortlist",
       .variable = "SHORTLIST_GLOO",
       .files = library_places("libshortlist_gloo.so", {"", "../lib/shortlist"}),
       .remedy = "It is part of Shortlist where it was built with Gloo, and needs libgloo.so.0 (Debian: apt "
                 "install libgloo0). The environment variable SHORTLIST_GLOO may name the file"});
  const ShortlistCollectives* (*entry)() = nullptr;
  library.find("shortlist_collectives", entry);
  const ShortlistCollectives& module = *entry();
  if (module.version != SHORTLIST_COLLECTIVES_VERSION)
    throw failed("libshortlist_gloo.so has version {} of the interface, need {}: it is of another Shortlist",
                 module.version, SHORTLIST_COLLECTIVES_VERSION);
  return module;
}

}  // namespace

const ShortlistCollectives& collectives() {
  static const ShortlistCollectives& module = open_module();
  return module;
}

}  // namespace shortlist
