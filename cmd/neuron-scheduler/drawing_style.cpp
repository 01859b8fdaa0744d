#include "cmd/neuron-scheduler/drawing.hpp"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace neuron_scheduler::cmd {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

bool says_utf8(std::string_view locale) {
  return locale.find("UTF-8") != std::string_view::npos ||
         locale.find("utf8") != std::string_view::npos ||
         locale.find("UTF8") != std::string_view::npos ||
         locale.find("utf-8") != std::string_view::npos;
}

}  // namespace

DrawingStyle drawing_style(const Output& output) {
  DrawingStyle style;
  if (output.terminal_columns > 0) style.width = output.terminal_columns;
  style.color = output.terminal_columns > 0 && output.no_color.empty() && !output.term.empty() &&
                output.term != "dumb";
  // The first that is set decides, as in setlocale(3).
  const std::string_view locale = !output.lc_all.empty()     ? output.lc_all
                                  : !output.lc_ctype.empty() ? output.lc_ctype
                                                             : output.lang;
  style.unicode = says_utf8(locale);
  return style;
}

DrawingStyle standard_output_style() {
  Output output;
  if (isatty(STDOUT_FILENO) == 1) {
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    output.terminal_columns = known ? size.ws_col : DrawingStyle().width;
  }
  output.term = environment("TERM");
  output.no_color = environment("NO_COLOR");
  output.lc_all = environment("LC_ALL");
  output.lc_ctype = environment("LC_CTYPE");
  output.lang = environment("LANG");
  return drawing_style(output);
}

}  // namespace neuron_scheduler::cmd
