/// Stands before each program and takes away what reaches beyond the payload: the environment, other inputs, modules on
/// disk and standard error, which is the log. `include` and `import` are syntax errors after it.
///
/// libjq 1.6 also reads `~/.jq`; what the operator defines there counts here as it does for the command `jq`.
enum JQPrelude {
    private static let forbidden = [
        "env", "input", "inputs", "debug", "stderr", "input_filename", "input_line_number", "halt", "halt_error",
        "modulemeta", "get_search_list", "get_jq_origin", "get_prog_origin",
    ]

    /// One line, so that a program's own lines are easily counted.
    static let text: String = {
        let names = forbidden + ["halt_error($status)"]
        let definitions = names.map { name in
            #"def \#(name): error("\#(name.prefix { $0 != "(" }) is not available in a mapping");"#
        }
        return definitions.joined(separator: " ") + " {} as $ENV |\n"
    }()

    static let lineCount = 1
}
