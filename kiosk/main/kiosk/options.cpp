// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk/options.hpp"

#include "resources/resources.hpp"

#include <toml++/toml.h>

#include <functional>
#include <map>

namespace kiosk::program {

namespace {

using core::ErrorCode;
using core::fail;
using core::Status;

using Setter = std::function<bool(Options&, const toml::node&)>;

template <typename T, typename Target>
Setter into(Target Options::*member) {
    return [member](Options& options, const toml::node& node) {
        const auto value = node.value<T>();
        if (value)
            options.*member = static_cast<Target>(*value);
        return value.has_value();
    };
}

template <typename T, typename Target>
Setter into(Target app::Settings::*member) {
    return [member](Options& options, const toml::node& node) {
        const auto value = node.value<T>();
        if (value)
            options.settings.*member = static_cast<Target>(*value);
        return value.has_value();
    };
}

// Seconds in the file, milliseconds inside.
Setter seconds(std::int64_t app::Settings::*member) {
    return [member](Options& options, const toml::node& node) {
        const auto value = node.value<double>();
        if (!value || *value < 1 || *value > 3600)
            return false;
        options.settings.*member = static_cast<std::int64_t>(*value * 1000);
        return true;
    };
}

const std::map<std::string, Setter, std::less<>>& setters() {
    using app::Settings;
    static const std::map<std::string, Setter, std::less<>> table{
        {"database", into<std::string>(&Options::database)},
        {"device", into<std::string>(&Options::device)},
        {"scanner", into<std::string>(&Options::scanner)},
        {"serial", into<std::string>(&Options::serial)},
        {"full_screen", into<bool>(&Options::full_screen)},
        {"sound", into<bool>(&Options::sound)},
        {"show_pointer", into<bool>(&Options::show_pointer)},
        {"backups", into<std::string>(&Options::backups)},
        {"printer", into<std::string>(&Options::printer)},
        {"print_folder", into<std::string>(&Options::print_folder)},
        {"checkpoint", into<std::string>(&Settings::checkpoint)},
        {"gate", into<std::string>(&Settings::gate)},
        {"confirm", into<bool>(&Settings::confirm_before_check_in)},
        {"search", into<bool>(&Settings::allow_search)},
        {"walk_in", into<bool>(&Settings::allow_walk_in)},
        {"dark", into<bool>(&Settings::dark)},
        {"motion", into<bool>(&Settings::motion)},
        {"volume", into<double>(&Settings::volume)},
        {"result_s", seconds(&Settings::result_ms)},
        {"form_s", seconds(&Settings::form_ms)},
        {"search_s", seconds(&Settings::search_ms)},
        {"staff_s", seconds(&Settings::staff_ms)},
        {"plugins",
         [](Options& options, const toml::node& node) {
             using plugin_host::TransportKind;
             const auto value = node.value<std::string>();
             options.plugins = value == "in_process" ? TransportKind::InProcess : TransportKind::HelperProcess;
             return value == "in_process" || value == "helper_process";
         }},
        {"direction",
         [](Options& options, const toml::node& node) {
             const auto value = node.value<std::string>();
             options.settings.direction = value == "exit" ? core::Direction::Exit : core::Direction::Entry;
             return value == "entry" || value == "exit";
         }},
        {"language",
         [](Options& options, const toml::node& node) {
             const auto value = node.value<std::string>();
             options.settings.language = value == "en" ? core::Language::English : core::Language::Chinese;
             return value == "zh" || value == "en";
         }},
    };
    return table;
}

} // namespace

Status read_config(const std::filesystem::path& path, Options& options) {
    KIOSK_TRY(const auto text, resources::read_file(path, 1u << 20));
    toml::table table;
    try {
        table = toml::parse(text, path.string());
    } catch (const toml::parse_error& error) {
        return fail(ErrorCode::Invalid, "error.config_file",
                    path.string() + ":" + std::to_string(error.source().begin.line) + ": " +
                        std::string(error.description()));
    }
    for (const auto& [key, node] : table) {
        const auto setter = setters().find(key.str());
        const auto where = path.string() + ": " + std::string(key.str());
        if (setter == setters().end())
            return fail(ErrorCode::Invalid, "error.config_key", where);
        if (!setter->second(options, node))
            return fail(ErrorCode::Invalid, "error.config_value", where);
    }
    return {};
}

} // namespace kiosk::program
