// The sessions that wait for a call.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "shortlist/recommend/item_explainer.h"
#include "shortlist/recommend/session.h"

namespace shortlist {

// A session with the explainer that works with it.
class PooledSession : public Session {
 public:
  PooledSession(const Bundle& bundle, const ModelFeatures& features)
      : Session(bundle, features), bundle_(bundle), features_(features) {}
  // As ItemExplainer::explain().
  std::vector<Explanation> explain(const std::vector<Column>& query, const std::vector<uint32_t>& items,
                                   const Deadline& deadline);

 private:
  const Bundle& bundle_;
  const ModelFeatures& features_;
  std::unique_ptr<ItemExplainer> explainer_;  // made when it is first needed
};

// Holds the sessions that wait for a call: as many as calls ever ran at once.
class SessionPool {
 public:
  SessionPool(const Bundle& bundle, const ModelFeatures& features) : bundle_(bundle), features_(features) {}

  // A session, for as long as a call lasts.
  class Lease {
   public:
    explicit Lease(const SessionPool& pool) : pool_(pool), session_(pool.take()) {}
    ~Lease() { pool_.give_back(std::move(session_)); }
    Lease(const Lease&) = delete;
    PooledSession& operator*() const { return *session_; }
    PooledSession* operator->() const { return session_.get(); }

   private:
    const SessionPool& pool_;
    std::unique_ptr<PooledSession> session_;
  };

 private:
  std::unique_ptr<PooledSession> take() const;
  void give_back(std::unique_ptr<PooledSession> session) const;

  const Bundle& bundle_;
  const ModelFeatures& features_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<PooledSession>> free_;
};

}  // namespace shortlist
