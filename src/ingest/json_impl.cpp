// Debian's libboost_json.a cannot be linked into a shared object, so the library is compiled here, once.
#include <boost/json/src.hpp>
