#include "shortlist/cli/arguments.h"

#include <sstream>

#include "shortlist/cli/argument_error.h"
#include "shortlist/cli/command_options.h"
#include "shortlist/cli/words.h"
#include "shortlist/index/instructions.h"

namespace shortlist {

std::function<void()> parse_arguments(int count, char** arguments) {
  Chosen chosen;
  CLI::App app("Shortlist, a recommender engine: from a table to recommendations.", "shortlist");
  app.set_version_flag("--version", [] {
    return std::string(SHORTLIST_VERSION) + "\nvector instructions: " + instructions_in_use();
  });
  app.require_subcommand(1);
  app.footer(
      "\nshortlist COMMAND --help tells what each takes.\n"
      "Exit codes: 0 well, 1 failed, 2 wrong usage, 3 bad data, 70 a fault of the program, 130 interrupted.");
  add_inspect(app, chosen);
  add_convert(app, chosen);
  add_init(app, chosen);
  add_describe(app, chosen);
  add_train(app, chosen, {arguments, arguments + count});
  add_evaluate(app, chosen);
  add_recommend(app, chosen);
  add_predict(app, chosen);
  add_similar(app, chosen);
  add_embed(app, chosen);
  add_import(app, chosen);
  add_export(app, chosen);
  add_serve(app, chosen);
  add_key_command(app, chosen);
  add_bench(app, chosen);
  add_synth(app, chosen);
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& asked) {
    std::ostringstream text;
    app.exit(asked, text, text);
    print_data(text.str());
    return {};
  } catch (const CLI::ParseError& error) {
    throw argument_error(app, error);
  }
  return chosen;
}

}  // namespace shortlist
