# cmake -D FOLDER=.. -D HEADER=.. -D OUTPUT=.. [-D LIST=..] -P embed_texts.cmake: each file NAME.json of a folder as the C++
# function NAME_json() that HEADER declares; with LIST all of them, in order, as the one function of that name.
set(source "#include \"${HEADER}\"\n\nnamespace genops {\n\n")
file(GLOB files ${FOLDER}/*.json)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND source "std::string_view ${name}_json() { return R\"text(${text})text\"; }\n")
  list(APPEND calls "${name}_json()")
endforeach()
if(LIST)
  list(JOIN calls ", " calls)
  string(APPEND source "\nstd::span<const std::string_view> ${LIST}() {\n"
    "  static const std::string_view all[] = {${calls}};\n  return all;\n}\n")
endif()
file(WRITE ${OUTPUT} "${source}\n}  // namespace genops\n")
