// SPDX-License-Identifier: Apache-2.0
#include "printing/print_folder.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace kiosk::printing {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_listed = 1000;
constexpr std::string_view job_mark = ".job";

std::string ending(Format format) { return format == Format::Pdf ? ".pdf" : ".png"; }

// Names come from tables and times; whatever is in them, they stay within the folder.
std::string safe_name(const std::string& name) {
    constexpr std::size_t longest = 60;
    std::string safe;
    for (const char letter : name) {
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
        if (plain)
            safe += letter;
        else if (!safe.empty() && safe.back() != '-')
            safe += '-';
        if (safe.size() == longest)
            break;
    }
    return safe.empty() ? "print" : safe;
}

std::optional<PrintFolder::Entry> entry_of(const fs::path& file) {
    PrintFolder::Entry entry;
    entry.file = file;
    if (file.extension() == ".png")
        entry.format = Format::Png;
    else if (file.extension() != ".pdf")
        return std::nullopt;
    entry.name = file.stem().string();
    if (entry.name.starts_with("."))
        return std::nullopt; // half written
    if (const auto mark = entry.name.rfind(job_mark); mark != std::string::npos) {
        const auto* begin = entry.name.data() + mark + job_mark.size();
        const auto* end = entry.name.data() + entry.name.size();
        int number = 0;
        if (const auto read = std::from_chars(begin, end, number); read.ec == std::errc() && read.ptr == end && number > 0) {
            entry.job = number;
            entry.name.resize(mark);
        }
    }
    return entry;
}

} // namespace

fs::path PrintFolder::path(Part part) const {
    switch (part) {
    case Part::Waiting: return m_root / "waiting";
    case Part::NotPrinted: return m_root / "not-printed";
    case Part::Saved: return m_root / "saved";
    }
    return m_root;
}

core::Status PrintFolder::prepare() {
    for (const auto part : {Part::Waiting, Part::NotPrinted, Part::Saved}) {
        std::error_code error;
        const bool made = fs::create_directories(path(part), error);
        if (error)
            return core::fail(error == std::errc::no_space_on_device ? core::ErrorCode::DiskFull : core::ErrorCode::Io,
                              error == std::errc::no_space_on_device ? "error.disk_full" : "error.file_write", path(part).string());
        if (made)
            fs::permissions(path(part), fs::perms::owner_all, error);
    }
    return {};
}

fs::path PrintFolder::reserve(const std::string& name, Format format) const {
    const auto safe = safe_name(name);
    const auto taken = [&](const std::string& tried) {
        for (const auto part : {Part::Waiting, Part::NotPrinted, Part::Saved})
            for (const auto& entry : list(part))
                if (entry.name == tried)
                    return true;
        return false;
    };
    auto chosen = safe;
    for (int i = 2; i < 10'000 && taken(chosen); ++i)
        chosen = safe + "-" + std::to_string(i);
    return path(Part::Waiting) / (chosen + ending(format));
}

fs::path PrintFolder::move(const fs::path& file, Part part) const {
    auto target = path(part) / file.filename();
    if (const auto entry = entry_of(file))
        target = path(part) / (entry->name + ending(entry->format));
    std::error_code error;
    fs::rename(file, target, error);
    return error ? file : target;
}

fs::path PrintFolder::mark(const fs::path& file, int job) const {
    auto target = file.parent_path() / (file.stem().string() + std::string(job_mark) + std::to_string(job) + file.extension().string());
    std::error_code error;
    fs::rename(file, target, error);
    return error ? file : target;
}

void PrintFolder::remove(const fs::path& file) const {
    std::error_code error;
    fs::remove(file, error);
}

std::vector<PrintFolder::Entry> PrintFolder::list(Part part) const {
    std::vector<Entry> entries;
    std::error_code error;
    for (fs::directory_iterator at(path(part), error), end; !error && at != end && entries.size() < most_listed; at.increment(error))
        if (auto entry = entry_of(at->path()))
            entries.push_back(std::move(*entry));
    std::ranges::sort(entries, {}, &Entry::file);
    return entries;
}

void PrintFolder::forget_old(std::chrono::hours age) const {
    const auto now = fs::file_time_type::clock::now();
    for (const auto part : {Part::Waiting, Part::NotPrinted, Part::Saved})
        for (const auto& entry : list(part)) {
            std::error_code error;
            if (const auto written = fs::last_write_time(entry.file, error); !error && now - written > age)
                remove(entry.file);
        }
}

} // namespace kiosk::printing
