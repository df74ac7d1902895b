/// jq definitions that are put in front of each program. They remove what reaches beyond the payload: the environment,
/// other inputs, modules on disk and standard error, which is the log. `include` and `import` are syntax errors after
/// them.
///
/// They also replace builtins of libjq 1.6 with which a payload could abort the process or fill its memory.
///
/// libjq 1.6 also reads `~/.jq`, so what the operator defines there is available here as it is to the command `jq`.
enum JQPrelude {
    private static let forbidden = [
        "env", "input", "inputs", "debug", "stderr", "input_filename", "input_line_number", "halt", "halt_error",
        "modulemeta", "get_search_list", "get_jq_origin", "get_prog_origin",
    ]

    /// All definitions on one line; see ``lineCount``.
    static let text: String = {
        let names = forbidden + ["halt_error($status)"]
        let definitions = names.map { name in
            #"def \#(name): error("\#(name.prefix { $0 != "(" }) is not available in a mapping");"#
        }
        // Functions of the library call builtins that mappings can't.
        let all = [JQLibrary.text] + definitions + fixed + fixedPaths + fixedComparisons + fixedSearches
        return all.joined(separator: " ") + " {} as $ENV |\n"
    }()

    /// Within a definition its name means the definition itself, so the builtin is kept under another name first.
    private static let fixed = [
        // Abort when the format isn't a string, and on a number out of the range of dates, such as 2e22.
        "def _strftime($f): strftime($f); def _strflocaltime($f): strflocaltime($f);",
        #"def _format: if type == "string" then . else error("the format of a date must be a string") end;"#,
        #"def strftime(f): (f | _format) as $f | (if type == "number" then gmtime else . end) | _strftime($f);"#,
        #"def strflocaltime(f): (f | _format) as $f | (if type == "number" then localtime else . end) | _strflocaltime($f);"#,
        #"def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ"); def todate: todateiso8601; def date: todate;"#,
        // `tonumber` leaks the memory of text that is JSON but not a number, and a NaN from `fromjson` aborts the process
        // when it becomes the bound of a slice.
        "def _fromjson: fromjson; def fromjson: if _has_nan then _fromjson"
            + #" | if any(.. ; type == "number" and isnan) then error("nan is not valid JSON") else . end"#
            + " else _fromjson end;",
        #"def _number: if type == "number" then . else error("\(type) can't be parsed as a number") end;"#,
        #"def tonumber: (if type == "string" then fromjson else . end) | _number;"#,
        // Search for an empty string forever, and can't be interrupted.
        #"def _indices($i): indices($i); def indices($i): if $i == "" then [] else _indices($i) end;"#,
        // The operator `%`, by the name under which the parser calls it: a huge number, infinite or NaN modulo -1 ends the
        // process. The only possible result is 0.
        "def _modulo($a; $b): $a % $b;",
        #"def _mod(a; b): b as $b | a as $a | if ([$a, $b] | map(type) == ["number", "number"]) and $b <= -1 and $b > -2"#
            + " then 0 else _modulo($a; $b) end;",
        // The operator `*`: to repeat a string a huge number of times, even an empty one, is one instruction, which can't be
        // interrupted. The number may come first.
        "def _times($a; $b): $a * $b;",
        #"def _repeats($text; $n): ($text | type) == "string" and ($n | type) == "number""#
            + " and _times(($text | utf8bytelength) + 1; $n) > 1000000;",
        "def _multiply(a; b): b as $b | a as $a | if _repeats($a; $b) or _repeats($b; $a)"
            + #" then error("a string is repeated too often") else _times($a; $b) end;"#,
    ]

    /// An array grows up to the index that is assigned to, and an index of nine digits overruns its memory. The assignment
    /// operators are defined by the names under which the parser calls them.
    private static let fixedPaths = [
        // A value that is nested as deeply as a long path says ends the process when it is freed.
        #"def _near: if any(.[]?; type == "number" and . > 100000) then error("an index is too large") else . end"#
            + #" | if length > 200 then error("a path is too long") else . end;"#,
        "def _setpath($p; $v): setpath($p; $v);",
        "def setpath(p; v): p as $p | v as $v | ($p | _near) as $q | _setpath($q; $v);",
        "def _assign(paths; $value): reduce path(paths) as $p (.; setpath($p; $value));",
        // Searches for the index NaN forever, and can't be interrupted.
        "def _delpaths($p): delpaths($p);",
        #"def delpaths(p): p as $p | if any($p[]?[]?; type == "number" and isnan) then error("an index is not a number")"#
            + " else _delpaths($p) end;",
        "def del(paths): delpaths([path(paths)]);",
        "def _modify(paths; update): reduce path(paths) as $p"
            + " (.; label $out | (setpath($p; getpath($p) | update) | ., break $out), delpaths([$p]));",
        "def fromstream(f): {x: null, e: false} as $start | foreach f as $i ($start; if .e then $start else . end"
            + #" | if $i | length == 2 then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])"#
            + #" else setpath(["e"]; $i[0] | length == 1) end; if .e then .x else empty end);"#,
    ]

    /// Compare each element of one value with each of another, or copy an array for each path, in one instruction, which
    /// can't be interrupted. `inside` is `contains` the other way round.
    private static let fixedComparisons = [
        #"def _few($n; $m): if _times($n; $m) > 20000000 then error("the lists are too long") else . end;"#,
        "def _less($a; $b): $a - $b;",
        #"def _minus(a; b): b as $b | a as $a | (if ($a | type) == "array" and ($b | type) == "array""#
            + " then _few($a | length; $b | length) else . end) | _less($a; $b);",
        "def _size: [..] | length;",
        "def _contains($b): contains($b);",
        #"def contains(b): b as $b | (if type == "array" or type == "object" then _few(_size; $b | _size) else . end)"#
            + " | _contains($b);",
        "def inside(xs): . as $x | xs | contains($x);",
        "def _indices_of($i): indices($i);",
        #"def indices($i): (if type == "array" and ($i | type) == "array" then _few(length; $i | length) else . end)"#
            + " | _indices_of($i);",
        "def index($i): indices($i) | .[0]; def rindex($i): indices($i) | .[-1:][0];",
        #"def _delete($p): delpaths($p); def delpaths(p): p as $p | (if ($p | type) == "array""#
            + " then _few(_size; $p | length) else . end) | _delete($p); def del(paths): delpaths([path(paths)]);",
    ]

    /// A search for all matches reads beyond the end of a string that isn't ASCII after an empty match. For such strings
    /// the flag `n` is added, which leaves empty matches out.
    ///
    /// It counts the characters in front of each match from the start, in one instruction, which can't be interrupted: with
    /// a match at each character, 20,000 of them take a second. `gsub`, `sub` and `test` look for one match at a time.
    private static let fixedSearches = [
        #"def _searchable: if length > 20000 then error("the text is too long for a search for all matches") else . end;"#,
        #"def _flags($f): if ($f // "" | contains("g")) and utf8bytelength > length then $f + "n" else $f end;"#,
        #"def _match($re; $f): if type == "string" then (if $f // "" | contains("g") then _searchable else . end)"#
            + " | match($re; _flags($f)) else match($re; $f) end;",
        "def _pair: if type == \"array\" then .[0:2] else [., null] end;",
        "def match($re; $f): _match($re; $f); def match($re): ($re | _pair) as [$re, $f] | match($re; $f);",
        "def capture($re; $f): match($re; $f)"
            + " | [.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries;",
        "def capture($re): ($re | _pair) as [$re, $f] | capture($re; $f);",
        #"def scan($re): match($re; "g") | if .captures == [] then .string else [.captures[].string] end;"#,
        "def split($re; $f): . as $text"
            + #" | [[0, 0], (match($re; ($f // "") + "g") | [.offset, .offset + .length]), [length]] as $cuts"#,
        "| [range(1; $cuts | length) as $i | $text[$cuts[$i - 1][1]:$cuts[$i][0]]];",
        "def splits($re; $f): split($re; $f) | .[]; def splits($re): splits($re; null);",
    ]

    /// The lines that the prelude adds in front of a program, to be subtracted from the lines in libjq's messages.
    static let lineCount = 1
}
