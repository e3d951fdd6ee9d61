// SPDX-License-Identifier: Apache-2.0
// Shell completion, generated from the parser itself, so that it can't fall behind.
#include "main/kioskctl/commands.hpp"

#include <fmt/format.h>

namespace kioskctl {

namespace {

std::string words_of(const CLI::App& command) {
    std::string words;
    for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; }))
        words += sub->get_name() + " ";
    for (const auto* option : command.get_options())
        for (const auto& name : option->get_lnames())
            words += "--" + name + " ";
    return words;
}

std::string bash_script(const CLI::App& app) {
    std::string script = "_kioskctl() {\n"
                         "    local word=${COMP_WORDS[COMP_CWORD]} command= i\n"
                         "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                         "        case ${COMP_WORDS[i]} in -*) ;; *) command+=${command:+ }${COMP_WORDS[i]} ;; esac\n"
                         "    done\n"
                         "    local words\n"
                         "    case $command in\n";
    const auto every = [](const CLI::App*) { return true; };
    for (const auto* command : app.get_subcommands(every)) {
        for (const auto* sub : command->get_subcommands(every))
            script += fmt::format("        '{} {}'*) words='{}' ;;\n", command->get_name(), sub->get_name(), words_of(*sub));
        script += fmt::format("        {}*) words='{}' ;;\n", command->get_name(), words_of(*command));
    }
    script += fmt::format("        *) words='{}' ;;\n"
                          "    esac\n"
                          "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                          "    [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$word\"))\n"
                          "}}\n"
                          "complete -o filenames -F _kioskctl kioskctl\n",
                          words_of(app));
    return script;
}

std::string fish_script(const CLI::App& app) {
    std::string script;
    const auto every = [](const CLI::App*) { return true; };
    for (const auto* command : app.get_subcommands(every)) {
        script += fmt::format("complete -c kioskctl -n __fish_use_subcommand -a {}\n", command->get_name());
        for (const auto* option : command->get_options())
            for (const auto& name : option->get_lnames())
                script += fmt::format("complete -c kioskctl -n '__fish_seen_subcommand_from {}' -l {}\n",
                                      command->get_name(), name);
    }
    return script;
}

} // namespace

void add_completion_command(CLI::App& app, Context& context) {
    auto shell = std::make_shared<std::string>("bash");
    auto* command = add_command(app, context, "completion");
    command->add_option("shell", *shell, about(context, "shell"))->check(CLI::IsMember({"bash", "zsh", "fish"}));
    run_on_call(command, context, [&app, shell]() -> Outcome {
        // zsh reads bash's completions through its own compatibility layer.
        if (*shell == "zsh")
            fmt::print("autoload -U +X bashcompinit && bashcompinit\n");
        fmt::print("{}", *shell == "fish" ? fish_script(app) : bash_script(app));
        return exit_done;
    });
}

} // namespace kioskctl
