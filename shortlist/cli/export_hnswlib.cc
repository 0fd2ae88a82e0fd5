#include "shortlist/interop/vectors/export_hnswlib.h"
#include "shortlist/bundle/bundle_store.h"

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"

namespace shortlist {

void write_hnswlib(const ExportCommand& command) {
  const Bundle bundle = load_bundle(command.bundle);
  const ConstMatrix vectors = bundle.need_item_vectors("export --to hnswlib");
  ThreadPool pool(0);
  const Hnsw index(vectors, {}, pool);
  export_hnswlib(command.out, {bundle.items, vectors}, index);
  say("wrote an index of {} vectors of {} numbers to {}", vectors.rows, vectors.cols, command.out);
}

}  // namespace shortlist
