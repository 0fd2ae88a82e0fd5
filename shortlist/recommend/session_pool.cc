#include "shortlist/recommend/session_pool.h"

namespace shortlist {

std::vector<Explanation> PooledSession::explain(const std::vector<Column>& query,
                                                const std::vector<uint32_t>& items,
                                                const Deadline& deadline) {
  if (explainer_ == nullptr) explainer_ = std::make_unique<ItemExplainer>(bundle_, features_.query);
  return explainer_->explain(*this, query, items, deadline);
}

std::unique_ptr<PooledSession> SessionPool::take() const {
  {
    std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      auto session = std::move(free_.back());
      free_.pop_back();
      return session;
    }
  }
  return std::make_unique<PooledSession>(bundle_, features_);
}

void SessionPool::give_back(std::unique_ptr<PooledSession> session) const {
  std::lock_guard lock(mutex_);
  free_.push_back(std::move(session));
}

}  // namespace shortlist
