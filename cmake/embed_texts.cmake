# cmake -D FOLDER=.. -D HEADER=.. -D OUTPUT=.. -P embed_texts.cmake: each file NAME.json of a folder as the C++ function
# NAME_json() that HEADER declares.
set(source "#include \"${HEADER}\"\n\nnamespace genops {\n\n")
file(GLOB files ${FOLDER}/*.json)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND source "std::string_view ${name}_json() { return R\"text(${text})text\"; }\n")
endforeach()
file(WRITE ${OUTPUT} "${source}\n}  // namespace genops\n")
