// SPDX-License-Identifier: Apache-2.0
// plugins trust, plugins sign, plugins quarantine, plugins release
#include "crypto/crypto.hpp"
#include "main/kioskctl/commands_plugins.hpp"
#include "resources/resources.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kioskctl {

namespace fs = std::filesystem;
using namespace kiosk;
using core::ErrorCode;
using core::fail;

namespace {

// Both parts of a key are 32 bytes, so the files say which one they hold: a seed must never be taken for a public key.
constexpr std::string_view seed_label = "ed25519-seed ";
constexpr std::string_view public_label = "ed25519-public ";
constexpr std::size_t key_bytes = 32;
constexpr std::size_t max_key_file_bytes = 4096;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// 32 bytes of Base64, with or without that label.
core::Result<std::string> read_key_text(std::string_view text, std::string_view label, const std::string& subject) {
    text = trimmed(text);
    if (text.starts_with(label == seed_label ? public_label : seed_label))
        return fail(ErrorCode::Invalid, label == seed_label ? "error.plugin_key_public" : "error.plugin_key_secret", subject);
    if (text.starts_with(label))
        text = trimmed(text.substr(label.size()));
    auto bytes = crypto::base64_decode(text);
    if (!bytes || bytes->size() != key_bytes)
        return fail(ErrorCode::Invalid, "error.plugin_key", subject);
    return bytes;
}

core::Result<std::string> read_key_file(const std::string& file, std::string_view label) {
    KIOSK_TRY(const auto bytes, resources::read_file(file, max_key_file_bytes));
    return read_key_text(bytes, label, file);
}

core::Result<std::string> public_key(const std::string& file_or_base64) {
    std::error_code error;
    if (fs::exists(file_or_base64, error))
        return read_key_file(file_or_base64, public_label);
    return read_key_text(file_or_base64, public_label, file_or_base64.substr(0, 100));
}

// Never over a file that is there: it may be a key that is in use.
core::Status write_new_file(const fs::path& path, const std::string& text, unsigned mode) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0)
        return fail(errno == EEXIST ? ErrorCode::Conflict : ErrorCode::Io,
                    errno == EEXIST ? "error.file_exists" : "error.file_write", path.string());
    const auto written = ::write(file, text.data(), text.size());
    const bool good = written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    ::close(file);
    if (!good)
        return fail(ErrorCode::Io, "error.file_write", path.string());
    return {};
}

struct TrustCall {
    std::string name;
    std::string key;
    std::string remove;
    std::string require;
    bool list = false;
};

Outcome list_keys(Context& context, const plugin_host::TrustPolicy& policy) {
    for (const auto& [name, key] : policy.keys) {
        context.line(fmt::format("{:<20} {}", name, crypto::base64_encode(key)));
        context.emit({{"name", name}, {"ed25519", crypto::base64_encode(key)}});
    }
    if (policy.keys.empty())
        context.say("cli.plugins.no_keys");
    context.say(policy.require_signature ? "cli.plugins.required" : "cli.plugins.not_required");
    context.emit({{"require", policy.require_signature}, {"keys", policy.keys.size()}});
    return exit_done;
}

Outcome trust(Context& context, const TrustCall& call) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    const int actions = int(!call.name.empty() || !call.key.empty()) + int(!call.remove.empty()) +
                        int(!call.require.empty()) + int(call.list);
    if (actions != 1 || call.name.empty() != call.key.empty())
        return fail(ErrorCode::Invalid, "error.plugin_trust_call");
    KIOSK_TRY(auto policy, plugin_host::load_trust(context.database));
    if (call.list)
        return list_keys(context, policy);
    if (!call.name.empty()) {
        if (!plugin_host::is_key_name(call.name))
            return fail(ErrorCode::Invalid, "error.plugin_key_name", call.name.substr(0, 100));
        KIOSK_TRY(auto key, public_key(call.key));
        if (const auto known = policy.keys.find(call.name); known != policy.keys.end() && known->second != key)
            return fail(ErrorCode::Conflict, "error.plugin_key_taken", call.name);
        policy.keys[call.name] = std::move(key);
    } else if (!call.remove.empty()) {
        if (policy.keys.erase(call.remove) == 0)
            return fail(ErrorCode::NotFound, "error.plugin_no_such_key", call.remove);
    } else {
        policy.require_signature = call.require == "on";
    }
    KIOSK_CHECK(plugin_host::save_trust(context.database, policy));
    if (!call.name.empty())
        context.say("cli.plugins.trusted", {{"name", call.name}});
    else if (!call.remove.empty())
        context.say("cli.plugins.untrusted", {{"name", call.remove}});
    else
        context.say(policy.require_signature ? "cli.plugins.required" : "cli.plugins.not_required");
    if (policy.require_signature && policy.keys.empty())
        context.warn("cli.plugins.required_without_keys");
    context.emit({{"require", policy.require_signature}, {"keys", policy.keys.size()}});
    return exit_done;
}

struct SignCall {
    std::string folder;
    std::string key;
    std::string name;
    std::string new_key;
};

Outcome make_key(Context& context, const std::string& file) {
    const auto pair = crypto::make_key_pair();
    const auto shown = crypto::base64_encode(pair.public_key);
    KIOSK_CHECK(write_new_file(file, std::string(seed_label) + crypto::base64_encode(pair.seed) + "\n", 0600));
    if (auto written = write_new_file(file + ".pub", std::string(public_label) + shown + "\n", 0644); !written) {
        std::error_code ignored;
        fs::remove(file, ignored); // the pair or nothing
        return std::unexpected(std::move(written).error());
    }
    context.say("cli.plugins.key_made", {{"secret", file}, {"public", file + ".pub"}});
    context.emit({{"secret", file}, {"public", file + ".pub"}, {"ed25519", shown}});
    return exit_done;
}

Outcome sign(Context& context, const SignCall& call) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    const bool signs = !call.folder.empty() || !call.key.empty() || !call.name.empty();
    const bool complete = !call.folder.empty() && !call.key.empty() && !call.name.empty();
    if (call.new_key.empty() ? !complete : signs)
        return fail(ErrorCode::Invalid, "error.plugin_sign_call");
    if (!call.new_key.empty())
        return make_key(context, call.new_key);
    KIOSK_TRY(const auto seed, read_key_file(call.key, seed_label));
    KIOSK_TRY(const auto key, crypto::public_key_of(seed));
    KIOSK_CHECK(plugin_host::sign_plugin(call.folder, call.name, seed));
    // What was written is read as a kiosk will read it.
    KIOSK_TRY(const auto manifest, plugin_host::read_manifest(call.folder));
    plugin_host::TrustPolicy policy;
    policy.keys[call.name] = key;
    policy.require_signature = true;
    KIOSK_CHECK(plugin_host::check_signature(manifest, policy));
    context.say("cli.plugins.signed", {{"id", manifest.id}, {"name", call.name}, {"key", crypto::base64_encode(key)}});
    context.emit({{"signed", manifest.id}, {"name", call.name}, {"ed25519", crypto::base64_encode(key)}});
    return exit_done;
}

core::Result<plugin_host::QuarantineList> load_quarantine(const Context& context) {
    plugin_host::QuarantineList list(plugin_host::QuarantineList::file_for(context.database));
    KIOSK_CHECK(list.load());
    return list;
}

// One readable line.
core::Result<std::string> reason_line(std::string_view given) {
    std::string reason(trimmed(given));
    std::replace_if(
        reason.begin(), reason.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    // Every byte that does not go on with a character begins one.
    const auto characters = std::count_if(reason.begin(), reason.end(),
                                          [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
    if (reason.empty() || characters > 200)
        return fail(ErrorCode::Invalid, "error.plugin_reason");
    return reason;
}

Outcome quarantine(Context& context, const std::string& id, const std::string& given) {
    KIOSK_TRY(const auto reason, reason_line(given));
    KIOSK_TRY(const auto manifest, find_installed(id));
    KIOSK_TRY(auto list, load_quarantine(context));
    const auto now = wiring::SystemClock().now();
    KIOSK_CHECK(list.add(manifest.id, {manifest.hashes.at(manifest.library), reason, now, "kioskctl"}));
    context.say("cli.plugins.switched_off", {{"id", manifest.id}});
    context.emit({{"quarantine", manifest.id}, {"reason", reason}});
    return exit_done;
}

Outcome release(Context& context, const std::string& id, bool all) {
    if (id.empty() != all)
        return fail(ErrorCode::Invalid, "error.plugin_release_call");
    KIOSK_TRY(auto list, load_quarantine(context));
    std::vector<std::string> ids;
    for (const auto& [plugin, entry] : list.entries())
        if (all || plugin == id)
            ids.push_back(plugin);
    for (const auto& plugin : ids) {
        KIOSK_CHECK(list.release(plugin));
        context.say("cli.plugins.switched_on", {{"id", plugin}});
        context.emit({{"released", plugin}});
    }
    if (!ids.empty())
        return exit_done;
    context.say("cli.plugins.nothing_off");
    context.emit({{"released", nullptr}});
    return all ? exit_done : exit_no;
}

} // namespace

void add_plugin_trust_commands(CLI::App& plugins, Context& context) {
    {
        auto call = std::make_shared<TrustCall>();
        auto* command = add_command(plugins, context, "trust");
        command->add_option("name", call->name, about(context, "key_name"));
        command->add_option("key", call->key, about(context, "key_public"));
        command->add_flag("--list", call->list, about(context, "trust_list"));
        command->add_option("--remove", call->remove, about(context, "trust_remove"));
        command->add_option("--require", call->require, about(context, "trust_require"))
            ->check(CLI::IsMember({"on", "off"}));
        run_on_call(command, context, [&context, call] { return trust(context, *call); });
    }
    {
        auto call = std::make_shared<SignCall>();
        auto* command = add_command(plugins, context, "sign");
        command->add_option("folder", call->folder, about(context, "plugin_folder"));
        command->add_option("--key", call->key, about(context, "key_secret"));
        command->add_option("--name", call->name, about(context, "key_name"));
        command->add_option("--new-key", call->new_key, about(context, "new_key"));
        run_on_call(command, context, [&context, call] { return sign(context, *call); });
    }
    {
        auto id = std::make_shared<std::string>();
        auto reason = std::make_shared<std::string>();
        auto* command = add_command(plugins, context, "quarantine");
        command->add_option("plugin", *id, about(context, "plugin_id"))->required();
        command->add_option("--reason", *reason, about(context, "reason"))->required();
        run_on_call(command, context, [&context, id, reason] { return quarantine(context, *id, *reason); });
    }
    {
        auto id = std::make_shared<std::string>();
        auto all = std::make_shared<bool>(false);
        auto* command = add_command(plugins, context, "release");
        command->add_option("plugin", *id, about(context, "plugin_id"));
        command->add_flag("--all", *all, about(context, "release_all"));
        run_on_call(command, context, [&context, id, all] { return release(context, *id, *all); });
    }
}

} // namespace kioskctl
