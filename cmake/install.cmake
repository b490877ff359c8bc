# bin/genops, lib/genops/genops_ledger.so, the headers, a CMake package and the man page.
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/genops)
set(rooms genops_core genops_ingest genops_sql genops_store genops_net genops_sync)

# genops::genops is what a consumer names; the rooms behind it bring each other, in the order the linker wants.
add_library(genops_package INTERFACE)
set_target_properties(genops_package PROPERTIES EXPORT_NAME genops)
target_include_directories(genops_package INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(genops_package INTERFACE cxx_std_20)
target_link_libraries(genops_package INTERFACE genops_sync)

install(TARGETS genops RUNTIME)
install(TARGETS genops_ledger LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/genops)
install(TARGETS genops_package ${rooms} EXPORT genops_targets ARCHIVE)
install(DIRECTORY include/genops DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/generated/genops/version.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/genops)
install(FILES docs/genops.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

install(EXPORT genops_targets NAMESPACE genops:: FILE genops-targets.cmake DESTINATION ${package})
configure_package_config_file(cmake/genops-config.cmake.in ${CMAKE_BINARY_DIR}/genops-config.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/genops-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/genops-config.cmake ${CMAKE_BINARY_DIR}/genops-config-version.cmake
  DESTINATION ${package})
