"""The indexes that compare_retrieval.py measures: Shortlist's, and those of other libraries, each made and searched
alike. A library is imported when its index is made."""

import json
import subprocess
import time

import numpy as np

K, QUERIES = 10, 1000  # neighbours of a query; queries of a part


def lift(rows, candidates):
    square = np.square(rows).sum(1, keepdims=True)
    return np.hstack([rows, np.sqrt(square.max() - square) if candidates else np.zeros_like(square)])


class Shortlist:
    """The program, which does as it is told over a pipe."""

    def __init__(self, options, folder, vectors, queries, kept):
        command = [options.program, folder / "vectors.npy", folder / "queries.npy", "--tuning", str(QUERIES),
                   "--connections", str(options.connections), "--build-beam", str(options.build_beam)]
        command += ["--keep", kept] if kept else []
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.build_seconds = self.read()["build_seconds"]

    def read(self):
        return json.loads(self.process.stdout.readline())

    def search(self, index, beam, batch, part):
        self.process.stdin.write(f"{index} {beam} {batch} {part.start} {part.stop}\n")
        self.process.stdin.flush()
        answer = self.read()
        return answer["seconds"], answer["ids"]

    def run(self, beam, part):
        return self.search("hnsw", beam, QUERIES, part)


class Peer:
    """A library's index: subclasses make it, and search it with a beam."""

    def __init__(self, options, folder, vectors, queries, kept, lifted=False):
        if lifted:
            vectors, queries = lift(vectors, True), lift(queries, False)
        self.queries, self.lifted, self.build_seconds = queries, lifted, None
        self.make(vectors.shape[1], len(vectors), options)
        if kept and kept.exists():
            self.load(str(kept))
        else:
            start = time.process_time()
            self.add(vectors)
            self.build_seconds = time.process_time() - start
            if kept:
                self.save(str(kept))

    def run(self, beam, part):
        queries = self.queries[part]
        start = time.process_time()
        ids = self.search(queries, beam)
        return time.process_time() - start, np.asarray(ids).tolist()


class Hnswlib(Peer):
    def make(self, cols, rows, options):
        import hnswlib

        self.index = hnswlib.Index("l2" if self.lifted else "ip", cols)
        self.rows, self.options = rows, options

    def add(self, vectors):
        self.index.init_index(self.rows, M=self.options.connections, ef_construction=self.options.build_beam)
        self.index.add_items(vectors, num_threads=1)

    def save(self, path):
        self.index.save_index(path)

    def load(self, path):
        self.index.load_index(path)

    def search(self, queries, beam):
        self.index.set_ef(beam)
        return self.index.knn_query(queries, k=K, num_threads=1)[0]


class Faiss(Peer):
    def make(self, cols, rows, options):
        import faiss

        self.faiss, self.metric = faiss, faiss.METRIC_L2 if self.lifted else faiss.METRIC_INNER_PRODUCT
        faiss.omp_set_num_threads(1)
        self.index = faiss.IndexHNSWFlat(cols, options.connections, self.metric)
        self.index.hnsw.efConstruction = options.build_beam

    def add(self, vectors):
        self.index.add(vectors)

    def save(self, path):
        self.faiss.write_index(self.index, path)

    def load(self, path):
        self.index = self.faiss.read_index(path)

    def search(self, queries, beam):
        self.index.hnsw.efSearch = beam
        return self.index.search(queries, K)[1]


class Faiss8(Faiss):
    """Walks codes of eight bits and scores what it finds again, as Shortlist does."""

    FACTOR = 2  # times K are scored again

    def make(self, cols, rows, options):
        super().make(cols, rows, options)
        faiss = self.faiss
        self.graph = faiss.IndexHNSWSQ(cols, faiss.ScalarQuantizer.QT_8bit, options.connections,
                                       self.metric)
        self.graph.hnsw.efConstruction = options.build_beam
        self.index = faiss.IndexRefineFlat(self.graph)
        self.index.k_factor = self.FACTOR

    def add(self, vectors):
        self.index.train(vectors)
        self.index.add(vectors)

    def load(self, path):
        super().load(path)
        self.index.k_factor = self.FACTOR
        self.graph = self.faiss.downcast_index(self.index.base_index)

    def search(self, queries, beam):
        self.graph.hnsw.efSearch = max(beam, self.FACTOR * K)
        return self.index.search(queries, K)[1]


class Usearch(Peer):
    DTYPE = "f32"

    def make(self, cols, rows, options):
        from usearch.index import Index

        self.index = Index(ndim=cols, metric="l2sq" if self.lifted else "ip", dtype=self.DTYPE, connectivity=options.connections,
                           expansion_add=options.build_beam)

    def add(self, vectors):
        self.index.add(np.arange(len(vectors), dtype=np.uint64), vectors, threads=1)

    def save(self, path):
        self.index.save(path)

    def load(self, path):
        self.index.load(path)

    def search(self, queries, beam):
        self.index.expansion_search = beam
        return self.index.search(queries, K, threads=1).keys


class Usearch8(Usearch):
    DTYPE = "i8"


CONTESTANTS = {"shortlist": Shortlist, "hnswlib": Hnswlib, "faiss": Faiss, "faiss, 8 bits": Faiss8, "usearch": Usearch,
               "usearch, 8 bits": Usearch8}
