// A pool of idle sessions.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "shortlist/recommend/item_explainer.h"
#include "shortlist/recommend/session.h"

namespace shortlist {

// A session together with its explainer.
class PooledSession : public Session {
 public:
  using Session::Session;
  // Same contract as ItemExplainer::explain().
  std::vector<Explanation> explain(const std::vector<Column>& query, const std::vector<uint32_t>& items,
                                   const Deadline& deadline);

 private:
  std::unique_ptr<ItemExplainer> explainer_;  // created on first use
};

// Contains the idle sessions. The number of sessions is the highest number of concurrent calls so far.
class SessionPool {
 public:
  SessionPool(const Bundle& bundle, const ModelFeatures& features) : bundle_(bundle), features_(features) {}

  // A session that is borrowed for the duration of a call.
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
