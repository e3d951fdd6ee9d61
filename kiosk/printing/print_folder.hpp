// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where what is to be printed lives until it is on paper. Purpose: nothing is lost, and what was not printed can be told
// apart: waiting/ (on its way; a job that the printer has carries its number in the name: "slip-1520.job17.pdf"),
// not-printed/ (refused, cancelled, lost: for somebody to print by hand or to throw away), saved/ (where there is no
// printer). Printed files are removed: they name people. What lies there for 30 days is removed too. Ownership: the three
// folders are the kiosk's own. Threads: one. Failure: Io, DiskFull with the path.
#include "core/result.hpp"
#include "printing/printer.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::printing {

class PrintFolder {
public:
    enum class Part : std::uint8_t { Waiting = 1, NotPrinted, Saved };
    struct Entry {
        std::filesystem::path file;
        std::string name; // without number and ending
        std::optional<int> job;
        Format format = Format::Pdf;
    };

    explicit PrintFolder(std::filesystem::path root) : m_root(std::move(root)) {}

    std::filesystem::path path(Part part) const;
    core::Status prepare(); // makes what is missing; readable for this user alone
    // A name in waiting/ that is not taken anywhere; what a name may not hold becomes "-".
    std::filesystem::path reserve(const std::string& name, Format format) const;
    // Answers its new place. Where it can't be moved it stays where it is.
    std::filesystem::path move(const std::filesystem::path& file, Part part) const;
    std::filesystem::path mark(const std::filesystem::path& file, int job) const;
    void remove(const std::filesystem::path& file) const;
    std::vector<Entry> list(Part part) const; // at most 1000, in order of name
    void forget_old(std::chrono::hours age = std::chrono::hours(24 * 30)) const;

private:
    std::filesystem::path m_root;
};

} // namespace kiosk::printing
