// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk_hub/hub_folder.hpp"

#include "hub/certificate.hpp"

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

namespace kiosk_hub {

namespace fs = std::filesystem;
using core::ErrorCode;
using core::fail;

namespace {

std::optional<std::string> first_line(const fs::path& path, std::size_t index = 0) {
    std::ifstream file(path);
    std::string line;
    for (std::size_t number = 0; std::getline(file, line); ++number)
        if (number == index && line.size() < 1000)
            return line;
    return std::nullopt;
}

} // namespace

fs::path HubFolder::usual() {
    if (const char* given = std::getenv("XIANGDAO_HUB_DATA"); given && *given)
        return given;
    if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data)
        return fs::path(data) / "xiangdao-hub";
    return "xiangdao-hub";
}

core::Result<HubFolder> HubFolder::create(fs::path path) {
    std::error_code problem;
    const bool there = fs::exists(path, problem);
    if (!there) {
        fs::create_directories(path, problem);
        if (problem)
            return fail(ErrorCode::Io, "error.file_write", path.string() + ": " + problem.message());
        ::chmod(path.c_str(), 0700);
    }
    if (!fs::is_directory(path, problem))
        return fail(ErrorCode::Invalid, "error.hub.no_folder", path.string());
    fs::create_directories(path / "mirrors", problem);
    if (problem)
        return fail(ErrorCode::Io, "error.file_write", path.string() + ": " + problem.message());
    return HubFolder(fs::absolute(path));
}

core::Result<HubFolder> HubFolder::existing(fs::path path) {
    std::error_code problem;
    if (!fs::is_directory(path, problem))
        return fail(ErrorCode::NotFound, "error.hub.not_started", path.string());
    return HubFolder(fs::absolute(path));
}

std::optional<std::string> HubFolder::admin_token() const { return first_line(m_path / "admin.token"); }

core::Status HubFolder::set_admin_token(const std::string& token) const {
    return kiosk::sync::hub::write_private_file(m_path / "admin.token", token + "\n");
}

core::Result<kiosk::storage::WriterLock> HubFolder::claim() const {
    auto lock = kiosk::storage::WriterLock::take((m_path / "hub").string());
    if (!lock && lock.error().code == ErrorCode::Unavailable)
        return fail(ErrorCode::Unavailable, "error.hub.running", m_path.string());
    return lock;
}

std::optional<HubFolder::Running> HubFolder::running() const {
    const auto url = first_line(m_path / "running");
    if (!url || url->empty())
        return std::nullopt;
    return Running{*url, first_line(m_path / "running", 1).value_or("")};
}

core::Status HubFolder::set_running(const Running& running) const {
    return kiosk::sync::hub::write_private_file(m_path / "running", running.url + "\n" + running.pin + "\n");
}

void HubFolder::clear_running() const {
    std::error_code ignored;
    fs::remove(m_path / "running", ignored);
}

} // namespace kiosk_hub
