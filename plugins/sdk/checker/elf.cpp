// SPDX-License-Identifier: Apache-2.0
#include "elf.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace kiosk::checker {

using core::ErrorCode;
using core::fail;

namespace {

using Header = ElfW(Ehdr);
using Section = ElfW(Shdr);
using Symbol = ElfW(Sym);
using Dynamic = ElfW(Dyn);

// Copies, because nothing says that a value in the file is aligned.
template <typename Value> std::optional<Value> value_at(std::string_view bytes, std::uint64_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(Value))
        return std::nullopt;
    Value value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::string name_at(std::string_view table, std::uint64_t offset) {
    if (offset >= table.size())
        return {};
    const auto rest = table.substr(offset);
    return std::string(rest.substr(0, std::min(rest.find('\0'), rest.size())));
}

std::optional<std::string_view> content(std::string_view bytes, const Section& section) {
    if (section.sh_type == SHT_NOBITS || section.sh_offset > bytes.size() ||
        bytes.size() - section.sh_offset < section.sh_size)
        return std::nullopt;
    return bytes.substr(section.sh_offset, section.sh_size);
}

#if defined(__x86_64__)
constexpr unsigned own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned own_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr unsigned own_machine = EM_RISCV;
#else
constexpr unsigned own_machine = EM_NONE; // not known here: any will do
#endif

void read_symbols(std::string_view symbols, std::string_view names, SharedObject& object) {
    for (std::uint64_t offset = sizeof(Symbol); offset + sizeof(Symbol) <= symbols.size(); offset += sizeof(Symbol)) {
        const auto symbol = *value_at<Symbol>(symbols, offset);
        const auto bind = symbol.st_info >> 4u;
        const bool visible = (symbol.st_other & 3u) == STV_DEFAULT || (symbol.st_other & 3u) == STV_PROTECTED;
        auto name = name_at(names, symbol.st_name);
        if (name.empty() || bind == STB_LOCAL)
            continue;
        if (symbol.st_shndx == SHN_UNDEF)
            object.imported.push_back(std::move(name));
        else if (visible)
            object.exported.push_back(std::move(name));
    }
}

void read_needed(std::string_view dynamic, std::string_view names, SharedObject& object) {
    for (std::uint64_t offset = 0; offset + sizeof(Dynamic) <= dynamic.size(); offset += sizeof(Dynamic)) {
        const auto entry = *value_at<Dynamic>(dynamic, offset);
        if (entry.d_tag == DT_NULL)
            break;
        if (entry.d_tag == DT_NEEDED)
            object.needed.push_back(name_at(names, entry.d_un.d_val));
    }
}

} // namespace

core::Result<SharedObject> read_shared_object(std::string_view bytes) {
    const auto header = value_at<Header>(bytes, 0);
    constexpr unsigned char own_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return fail(ErrorCode::Invalid, "error.plugin_library", "not an ELF file");
    SharedObject object;
    object.for_this_machine = header->e_ident[EI_CLASS] == own_class &&
                              (own_machine == EM_NONE || header->e_machine == own_machine);
    if (!object.for_this_machine)
        return object;
    if (header->e_type != ET_DYN)
        return fail(ErrorCode::Invalid, "error.plugin_library", "not a shared object");
    std::vector<Section> sections;
    for (unsigned i = 0; i < header->e_shnum; ++i) {
        const auto section = value_at<Section>(bytes, header->e_shoff + std::uint64_t{i} * header->e_shentsize);
        if (!section)
            return fail(ErrorCode::Invalid, "error.plugin_library", "its sections reach beyond its end");
        sections.push_back(*section);
    }
    bool found = false;
    for (const Section& section : sections) {
        if (section.sh_type != SHT_DYNSYM && section.sh_type != SHT_DYNAMIC)
            continue;
        const auto part = content(bytes, section);
        const auto names = section.sh_link < sections.size() ? content(bytes, sections[section.sh_link]) : std::nullopt;
        if (!part || !names)
            return fail(ErrorCode::Invalid, "error.plugin_library", "its symbols reach beyond its end");
        if (section.sh_type == SHT_DYNSYM) {
            read_symbols(*part, *names, object);
            found = true;
        } else {
            read_needed(*part, *names, object);
        }
    }
    if (!found)
        return fail(ErrorCode::Invalid, "error.plugin_library", "it has no table of symbols");
    return object;
}

} // namespace kiosk::checker
