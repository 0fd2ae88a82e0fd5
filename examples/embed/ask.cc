// Loads a bundle and asks it from several threads:
//   ask BUNDLE column=value [column=value ...]
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "shortlist/recommend/recommender.h"

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: ask BUNDLE column=value [column=value ...]\n");
    return 2;
  }
  try {
    const shortlist::Recommender recommender = shortlist::Recommender::load(argv[1]);
    shortlist::Record query;
    for (int i = 2; i < argc; ++i) {
      const std::string text = argv[i];
      const size_t equals = text.find('=');
      query.emplace_back(text.substr(0, equals), equals == std::string::npos ? "" : text.substr(equals + 1));
    }
    // One recommender serves all threads.
    std::vector<std::vector<shortlist::Recommendation>> answers(4);
    std::vector<std::thread> threads;
    for (auto& answer : answers) {
      threads.emplace_back([&] { answer = recommender.recommend(query, {.k = 5}); });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& answer : answers) {
      for (size_t i = 0; i < answer.size(); ++i) {
        if (answer[i].item != answers[0][i].item) return 1;
      }
    }
    for (const shortlist::Recommendation& item : answers[0]) {
      std::printf("%s\t%.4f\n", recommender.item_id(item.item).c_str(), item.score);
    }
    return 0;
  } catch (const shortlist::Error& error) {
    std::fprintf(stderr, "ask: %s\n", error.what());
    return static_cast<int>(error.kind());
  }
}
