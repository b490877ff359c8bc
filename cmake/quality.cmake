# cmake --build build/dev --target format lint: what clang-format and clang-tidy say, where they are installed.
set(folders src include extensions tests benchmarks examples)
list(TRANSFORM folders APPEND "/*.[ch]pp" OUTPUT_VARIABLE patterns)
file(GLOB_RECURSE formatted CONFIGURE_DEPENDS ${patterns})
set(linted ${formatted})
list(FILTER linted INCLUDE REGEX "/(src|extensions)/.*\\.cpp$")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# A target of this name either runs the tool or fails and says what to install.
function(genops_quality_target name tool)
  find_program(GENOPS_${tool} ${tool})
  if(GENOPS_${tool})
    add_custom_target(${name} COMMAND ${GENOPS_${tool}} ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
  else()
    add_custom_target(${name} COMMAND ${CMAKE_COMMAND} -E echo "${name}: expected ${tool} (Debian: apt-get install ${tool}), found none"
      COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
  endif()
endfunction()

genops_quality_target(format clang-format -i ${formatted})
genops_quality_target(format-check clang-format --dry-run --Werror ${formatted})
# clang knows no -Wno-restrict, and gcc's sanitizer flags are not its business here.
genops_quality_target(lint clang-tidy --quiet -p ${CMAKE_BINARY_DIR} --extra-arg=-Wno-unknown-warning-option ${linted})
