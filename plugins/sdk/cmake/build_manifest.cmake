# SPDX-License-Identifier: Apache-2.0
# Run by kiosk_add_plugin after linking: copies locale/ and writes the manifest with the hash of every file beside it.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${FOLDER}/locale")
set(files "${LIBRARY}")
if(LOCALE)
    file(GLOB names RELATIVE "${LOCALE}" "${LOCALE}/*.json")
    foreach(name IN LISTS names)
        file(COPY "${LOCALE}/${name}" DESTINATION "${FOLDER}/locale")
        list(APPEND files "locale/${name}")
    endforeach()
endif()

file(READ "${MANIFEST}" document)
set(hashes "{}")
foreach(file IN LISTS files)
    execute_process(COMMAND "${B2SUM}" -l 256 "${FOLDER}/${file}" OUTPUT_VARIABLE sum COMMAND_ERROR_IS_FATAL ANY)
    string(SUBSTRING "${sum}" 0 64 sum)
    string(JSON hashes SET "${hashes}" "${file}" "\"${sum}\"")
endforeach()
string(JSON document SET "${document}" hashes "${hashes}")
file(WRITE "${FOLDER}/manifest.json" "${document}\n")
