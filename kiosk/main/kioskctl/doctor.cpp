// SPDX-License-Identifier: Apache-2.0
#include "main/kioskctl/doctor.hpp"

#include "client/hub_address.hpp"
#include "main/kioskctl/hub_words.hpp"
#include "plugin_host/discovery.hpp"
#include "resources/resources.hpp"

#include <fontconfig/fontconfig.h>
#include <sys/statvfs.h>

#include <fmt/format.h>

#include <filesystem>

namespace kioskctl {

namespace {

namespace fs = std::filesystem;
using namespace kiosk;

class Examination {
public:
    explicit Examination(const Context& context) : m_context(context) {}

    std::vector<HealthFinding> run() {
        assets();
        database();
        disk();
        clock();
        plugins();
        font();
        cameras();
        hub();
        return std::move(m_findings);
    }

private:
    void add(std::string check, Health state, std::string_view key, Args args = {}) {
        m_findings.push_back({std::move(check), state, {std::string(key), std::move(args)}});
    }

    void assets() {
        // That the texts could be read is why we can speak at all; the folder is worth knowing.
        add("assets", Health::Good, "doctor.assets", {{"folder", resources::assets_folder().string()}});
    }

    void database() {
        std::error_code error;
        if (!fs::exists(m_context.database, error)) {
            add("database", Health::Warning, "doctor.no_database", {{"file", m_context.database.string()}});
            return;
        }
        const auto venue = m_context.open(false, true);
        if (!venue) {
            add("database", Health::Bad, "doctor.database_bad",
                {{"why", m_context.text(venue.error().message_key) + " " + venue.error().context}});
            return;
        }
        const auto report = (*venue)->database().verify();
        if (!report || !report->ok()) {
            add("database", Health::Bad, "doctor.database_damaged");
            return;
        }
        add("database", Health::Good, "doctor.database",
            {{"file", m_context.database.string()}, {"operations", std::to_string(report->operations)}});
        if (!(*venue)->has_event())
            add("event", Health::Warning, "doctor.no_event");
        else if ((*venue)->broker() && !(*venue)->broker()->has_event_type())
            add("event", Health::Bad, "doctor.no_plugin", {{"type", (*venue)->config().event.type}});
        else
            add("event", Health::Good, "doctor.event", {{"event", (*venue)->config().event.code}});
    }

    void disk() {
        const auto folder = m_context.database.has_parent_path() ? m_context.database.parent_path() : fs::path(".");
        struct statvfs info {};
        if (::statvfs(folder.c_str(), &info) != 0) {
            add("disk", Health::Warning, "doctor.disk_unknown", {{"folder", folder.string()}});
            return;
        }
        const auto free_mb = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize / (1u << 20);
        // 100,000 check-ins take about 100 MB with their backups.
        constexpr std::uint64_t enough_mb = 500;
        add("disk", free_mb < enough_mb ? Health::Bad : Health::Good, free_mb < enough_mb ? "doctor.disk_low" : "doctor.disk",
            {{"mb", std::to_string(free_mb)}});
    }

    void clock() {
        const auto now = wiring::SystemClock().now();
        // Nothing of this software was built before this: a clock behind it has lost its battery.
        const auto built = core::parse_rfc3339("2026-01-01T00:00:00Z");
        const bool sane = built && now > *built;
        add("clock", sane ? Health::Good : Health::Bad, sane ? "doctor.clock" : "doctor.clock_wrong",
            {{"time", core::to_rfc3339_utc({now.unix_ms / 1000 * 1000})}});
    }

    void plugins() {
        const auto found = plugin_host::discover(plugin_host::default_folders());
        for (const auto& refusal : found.refused)
            add("plugins", Health::Bad, "doctor.plugin_refused",
                {{"folder", refusal.folder.string()}, {"why", refusal.error.context}});
        std::vector<std::string> ids;
        for (const auto& plugin : found.plugins)
            ids.push_back(plugin.id);
        add("plugins", ids.empty() ? Health::Bad : Health::Good, ids.empty() ? "doctor.no_plugins" : "doctor.plugins",
            {{"plugins", fmt::format("{}", fmt::join(ids, ", "))}});
    }

    void font() {
        auto* pattern = FcNameParse(reinterpret_cast<const FcChar8*>("Noto Sans CJK SC"));
        FcConfigSubstitute(nullptr, pattern, FcMatchPattern);
        FcDefaultSubstitute(pattern);
        FcResult result = FcResultNoMatch;
        auto* match = FcFontMatch(nullptr, pattern, &result);
        FcChar8* family = nullptr;
        const bool there = match && FcPatternGetString(match, FC_FAMILY, 0, &family) == FcResultMatch &&
                           std::string_view(reinterpret_cast<const char*>(family)).find("Noto Sans CJK") !=
                               std::string_view::npos;
        add("font", there ? Health::Good : Health::Bad, there ? "doctor.font" : "doctor.no_font");
        if (match)
            FcPatternDestroy(match);
        FcPatternDestroy(pattern);
    }

    void cameras() {
        std::vector<std::string> names;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator("/dev", error))
            if (entry.path().filename().string().starts_with("video"))
                names.push_back(entry.path().string());
        add("camera", names.empty() ? Health::Warning : Health::Good, names.empty() ? "doctor.no_camera" : "doctor.camera",
            {{"cameras", fmt::format("{}", fmt::join(names, ", "))}});
    }

    void hub() {
        const auto address = sync::client::load_hub_address(m_context.database);
        if (!address && address.error().code == core::ErrorCode::NotFound)
            return add("hub", Health::Good, "doctor.no_hub"); // one kiosk alone needs none
        if (!address)
            return add("hub", Health::Bad, address.error().message_key);
        const auto answer = knock(*address);
        using sync::client::Trouble;
        const bool passes = answer.trouble == Trouble::Unreachable || answer.trouble == Trouble::HubTrouble;
        if (answer.trouble == Trouble::None)
            add("hub", Health::Good, "doctor.hub", {{"url", address->url}, {"device", address->device}});
        else // check-in goes on without it; but it won't come back by itself where somebody has to do something
            add("hub", passes ? Health::Warning : Health::Bad, trouble_key(answer.trouble), {{"detail", answer.detail}});
    }

    const Context& m_context;
    std::vector<HealthFinding> m_findings;
};

} // namespace

std::vector<HealthFinding> examine(const Context& context) { return Examination(context).run(); }

} // namespace kioskctl
