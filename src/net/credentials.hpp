#pragma once

#include <functional>
#include <optional>
#include <string>

#include "net/url.hpp"

/// Secrets are read when they are used, and kept nowhere.
namespace genops {

/// Where a server's credentials are. Files win over the environment, an API key over a password.
struct CredentialSources {
  std::string api_key_file;                                        ///< '' = none
  std::string user, password_file;                                 ///< both or neither
  std::string api_key_variable, user_variable, password_variable;  ///< of the environment; '' = none
};

/// Value of the header Authorization: "ApiKey ..", "Basic .."; '' without credentials. An API key is taken
/// as it is given: "id:key", or that in base64.
/// Throws: Error{invalid_argument, not_found, io} naming the file or variable and never its content: missing,
/// not a regular file, readable by group or others, empty, not one line of printable ASCII, a user without a
/// password; credentials of the sources for `url` in clear text (http to another machine).
std::string authorization(const CredentialSources& sources, const HttpUrl& url,
                          const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace genops
