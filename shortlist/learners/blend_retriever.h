// A weighted sum of the scores of several retrievers, each brought to mean 0 and deviation 1 over the items
// of the query first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/retriever_files.h"

namespace shortlist {

struct BlendMember {
  std::string name;  // its kind; with a number if several members have that kind: "ials 2"
  std::string kind;
  double weight = 0;
  std::unique_ptr<Retriever> retriever;
};

class BlendRetriever final : public Retriever {
 public:
  // At least one member; all have the same items.
  explicit BlendRetriever(std::vector<BlendMember> members);

  const std::vector<BlendMember>& members() const { return members_; }
  // A member's scores of all items, each query's with mean 0 and deviation 1.
  void score_member(size_t member, const QueryBatch& queries, Matrix scores) const;

  size_t items() const override { return members_[0].retriever->items(); }
  void score_all(const QueryBatch& queries, Matrix scores) const override;
  // Method "blend": a share for each member, which add up to the score. With the items of the history that a
  // member names, on the same scale.
  std::vector<Explanation> explain(const QueryBatch& query, std::span<const uint32_t> items,
                                   const Deadline& deadline) const override;
  void prepare() const override;
  bool reads_users() const override;
  bool reads_labels() const override;
  bool reads_times() const override;
  // Of the first member that has vectors.
  ConstMatrix item_vectors() const override;
  double operations() const override;
  size_t memory_bytes() const override;
  // Writes blend.json, and the files of the members with "member_0_" and so on before their names.
  void save(RetrieverWriter& files) const override;

 private:
  std::vector<BlendMember> members_;
};

// What each member of blend.json is, without retrievers. Throws a data Error.
std::vector<BlendMember> read_blend(RetrieverReader& files);

// The files of member `number`.
class MemberFiles final : public RetrieverReader {
 public:
  MemberFiles(RetrieverReader& files, size_t number) : files_(files), number_(number) {}
  void read(const std::string& name, FunctionRef<void(StoredFile file)> read) override;

 private:
  RetrieverReader& files_;
  size_t number_;
};

}  // namespace shortlist
