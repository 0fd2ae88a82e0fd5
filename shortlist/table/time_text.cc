#include "shortlist/table/time_text.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace shortlist {

std::string time_text(double seconds) {
  using namespace std::chrono;
  const sys_time<microseconds> time(microseconds(std::llround(seconds * 1e6)));
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::string text = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  const auto fraction = clock.subseconds().count();
  return fraction == 0 ? text : text + fmt::format(".{:06}", fraction);
}

}  // namespace shortlist
