// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the tests of exchange/ share: a folder that goes away, an event, tables from text, workbooks written by
// libxlsxwriter and zip files written by libzip. Threads: one.
#include "core/records.hpp"
#include "exchange/table.hpp"
#include "resources/resources.hpp"
#include "support/catch.hpp"
#include "support/fake_store.hpp"

#include <zip.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace kiosk::test {

class TemporaryFolder {
public:
    TemporaryFolder() {
        auto name = (std::filesystem::temp_directory_path() / "xiangdao-exchange-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        m_path = name;
    }
    ~TemporaryFolder() {
        std::error_code error;
        std::filesystem::remove_all(m_path, error);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return m_path / name; }
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string read_bytes(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_zip(const std::filesystem::path& path, const std::vector<std::pair<std::string, std::string>>& parts) {
    int code = 0;
    auto* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    REQUIRE(archive != nullptr);
    for (const auto& [name, bytes] : parts) // the source is read on closing; `parts` lives until then
        REQUIRE(zip_file_add(archive, name.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0) >= 0);
    REQUIRE(zip_close(archive) == 0);
}

using Cells = std::vector<std::vector<std::string>>;

inline Cells cells_of(exchange::RowReader& reader) {
    Cells all;
    exchange::Row row;
    while (true) {
        auto more = reader.next(row);
        REQUIRE(more.has_value());
        if (!*more)
            return all;
        all.push_back(row.cells);
    }
}

inline std::unique_ptr<exchange::RowReader> csv(std::string text) {
    auto reader = exchange::open_csv(exchange::make_memory_source(std::move(text), "roster.csv"));
    REQUIRE(reader.has_value());
    return std::move(*reader);
}

// The key of the error on the way through the table, or nothing.
inline std::string error_of(core::Result<std::unique_ptr<exchange::RowReader>> opened, std::string* context = nullptr) {
    core::Error error;
    exchange::Row row;
    while (opened) {
        auto more = (*opened)->next(row);
        if (!more) {
            error = more.error();
            break;
        }
        if (!*more)
            return {};
    }
    if (!opened)
        error = opened.error();
    if (context != nullptr)
        *context = error.context;
    return error.message_key;
}

inline core::EventConfig salon() {
    core::EventConfig config;
    config.event.code = "DEMO";
    config.event.type = "salon";
    config.event.title = {"天天象上·杭州站", "Hangzhou Salon"};
    config.event.venue = {"示例会议中心", "Demo Convention Centre"};
    config.event.timezone = *core::TimeZone::create("Asia/Shanghai");
    config.event.starts = *core::parse_rfc3339("2026-11-20T13:00:00+08:00");
    config.event.ends = *core::parse_rfc3339("2026-11-20T18:00:00+08:00");
    config.ticket_types = {{"std", {"标准票", "Standard"}}, {"vip", {"贵宾票", "VIP"}}};
    core::Checkpoint main;
    main.id = "main";
    main.name = {"主入口", "Main door"};
    core::Checkpoint zone;
    zone.id = "zone";
    zone.name = {"洽谈区", "Business area"};
    core::Checkpoint closed;
    closed.id = "cd";
    closed.name = {"闭门会", "Closed door"};
    closed.scope = core::Scope::Session;
    closed.session = "cd1";
    config.checkpoints = {main, zone, closed};
    core::Session session;
    session.id = "cd1";
    session.kind = "closed_door";
    config.sessions = {session};
    core::Question status;
    status.id = "pg_status";
    status.type = core::QuestionType::Single;
    status.text = {"PostgreSQL 用到哪一步了", "How far are you with PostgreSQL"};
    status.options = {{"production", {"已在生产使用", "In production"}}, {"none", {"暂时没有用", "Not yet"}}};
    core::Question tracks;
    tracks.id = "tracks";
    tracks.type = core::QuestionType::Multiple;
    tracks.text = {"关注方向", "Tracks"};
    tracks.options = {{"mysql", {"MySQL 迁移", "MySQL"}}, {"oracle", {"Oracle 迁移", "Oracle"}}};
    config.questions = {status, tracks};
    return config;
}

// What exchange/ speaks with, so that nobody else's texts can fail these tests.
inline core::Catalogue exchange_texts() {
    const std::filesystem::path locale = std::filesystem::path(XIANGDAO_SOURCE_DIR) / "assets/locale";
    std::vector<core::Catalogue::Source> sources;
    for (const std::string part : {"exchange.json", "leads.json", "report.json"}) {
        sources.push_back({core::Language::Chinese, "zh/" + part, read_bytes(locale / "zh" / part)});
        sources.push_back({core::Language::English, "en/" + part, read_bytes(locale / "en" / part)});
    }
    auto texts = core::Catalogue::create(sources);
    REQUIRE(texts.has_value());
    return std::move(*texts);
}

} // namespace kiosk::test
