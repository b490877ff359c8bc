# bin/genops, lib/genops/genops_ledger.so, the headers, a CMake package and the man page.
include(CMakePackageConfigHelpers)

install(TARGETS genops RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS genops_ledger LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/genops)
install(DIRECTORY include/genops DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/generated/genops/version.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/genops)
