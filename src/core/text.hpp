#pragma once

#include <string>
#include <string_view>

namespace genops {

inline constexpr std::size_t kMaxTextBytes = 1024;         ///< of one attribution value, key or name
inline constexpr std::size_t kMaxAttributesBytes = 65536;  ///< of `attributes`, as given

/// Well-formed UTF-8 (shortest form, no surrogates, up to U+10FFFF, neither U+FFFE nor U+FFFF) without NUL.
/// The two noncharacters are refused because stock SQL, which guards the other door,
/// cannot tell them from damage.
bool is_valid_text(std::string_view text);

/// `text` as it may stand on a terminal: control characters (also C1 and those that turn the writing
/// direction) and whatever is not well-formed as \xNN; line ends stay only with `keep_lines`.
std::string printable(std::string_view text, bool keep_lines = false);

/// `text` for a message: quoted, cut to 60 bytes, printable.
/// Say genops::quoted for a std::string where <iomanip> is included: std::quoted is found for it otherwise.
std::string quoted(std::string_view text);

/// A to Z as a to z; everything else as it is.
std::string lower_case(std::string text);

/// Adds `text` as a JSON string with its quotes; control characters escaped, everything else as it is.
void append_json_string(std::string& out, std::string_view text);

}  // namespace genops
