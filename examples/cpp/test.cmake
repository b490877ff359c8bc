# Installs what was built, builds the example against that as its readers do, and runs it:
#   cmake -D BUILD=.. -D CONFIG=.. -D GENERATOR=.. -D SOURCE=.. -D WORK=.. -P test.cmake
set(installed ${WORK}/installed)
set(ledger ${WORK}/costs.db)
file(REMOVE_RECURSE ${WORK})

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --config ${CONFIG} --prefix ${installed})
file(GLOB_RECURSE files RELATIVE ${installed} ${installed}/*)
foreach(expected bin/genops genops/genops_ledger\\.so include/genops/ledger\\.hpp include/genops/version\\.hpp
        cmake/genops/genops-config\\.cmake man/man1/genops\\.1)
  if(NOT files MATCHES "(^|/|;)${expected}(;|$)")
    message(FATAL_ERROR "expected ${expected} among what is installed, found ${files}")
  endif()
endforeach()

run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release -D CMAKE_PREFIX_PATH=${installed})
run(${CMAKE_COMMAND} --build ${WORK}/build)

execute_process(COMMAND ${WORK}/build/record_and_ask ${ledger} OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
message("${said}")
foreach(expected "req-1: recorded as event 1\n" "req-2: was recorded before as event 2\n"
        "acme: 1 request(s), $0.054\n" "globex: 1 request(s), $0.018\n" "\"event_count\":2")
  string(FIND "${said}" "${expected}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "expected '${expected}'")
  endif()
endforeach()

# The installed program finds the same events.
execute_process(COMMAND ${installed}/bin/genops sql --json "SELECT count(*) AS events FROM cost_event" --ledger ${ledger}
  OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
if(NOT said MATCHES "\"events\":2")
  message(FATAL_ERROR "expected 2 events, found ${said}")
endif()
