//! Which file of `src` may import which: no file imports one that imports it, directly or through
//! others, and each folder imports only the folders that the table below allows. And the whole body of
//! each C function is one guard, because a panic that leaves such a function ends the process.
//!
//! An import is what a file names by `use super::…`, `use crate::…` or such a path elsewhere, and what
//! it declares by `mod`. Unit tests may import anything.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each folder, or file, right below `src`, and what it may import of the others.
const ALLOWED: [(&str, &[&str]); 17] = [
    (
        "lib",
        &[
            "asgi",
            "bindings",
            "cors",
            "distance",
            "enforcement",
            "explain",
            "host",
            "huge_pages",
            "lint",
            "origin_parts",
            "panics",
            "proof",
            "public_suffix",
            "schemes",
            "shared_hosts",
            "web_url",
        ],
    ),
    (
        "bindings",
        &["asgi", "cors", "distance", "enforcement", "explain", "lint", "proof", "web_url"],
    ),
    ("asgi", &["cors", "enforcement", "panics"]),
    ("enforcement", &["cors", "host"]),
    ("lint", &["cors", "distance", "host", "origin_parts", "public_suffix", "schemes"]),
    ("proof", &["host", "public_suffix", "schemes"]),
    ("explain", &["cors", "distance", "host", "origin_parts", "public_suffix"]),
    // The protocol needs no other folder, only what a host is, where it begins, and how a table of many is
    // held.
    ("cors", &["host", "huge_pages", "origin_parts"]),
    ("distance", &[]),
    ("host", &[]),
    ("huge_pages", &[]),
    ("origin_parts", &[]),
    ("panics", &[]),
    ("public_suffix", &["host", "shared_hosts"]),
    ("schemes", &[]),
    ("shared_hosts", &[]),
    ("web_url", &["host", "public_suffix"]),
];

/// The files, each with what it imports: `asgi/send` for `src/asgi/send.rs`, `asgi` for `mod.rs`.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_file_imports_a_file_that_imports_it() {
    let circle = circle(&imports(&sources()));
    assert!(circle.is_none(), "a circle of imports: {}", circle.unwrap_or_default().join(" -> "));
}

#[test]
fn each_folder_imports_only_what_the_table_allows() {
    assert_eq!(forbidden(&imports(&sources())), Vec::<String>::new());
}

#[test]
fn the_table_names_each_folder_and_no_other() {
    let files = sources();
    let folders: BTreeSet<&str> = files.keys().map(|file| folder(file)).collect();
    assert_eq!(folders, ALLOWED.iter().map(|(folder, _)| *folder).collect());
}

#[test]
fn the_imports_of_every_file_are_found() {
    let imports = imports(&sources());
    let of = |file: &str| imports[file].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of("cors/header_names"), ["cors/byte_set", "cors/text_list"]);
    assert!(of("asgi/send").contains(&"asgi/headers"));
    assert!(of("asgi/send").contains(&"cors"));
    assert!(of("lint/origins").contains(&"lint/origins/entry"));
}

#[test]
fn an_import_of_the_linter_by_the_protocol_is_found() {
    for planted in [
        "use crate::lint::Problem;",
        "use crate::{lint::problem::Problem, public_suffix};",
        "use super::super::lint;",
        "fn planted() { crate::lint::codes(); }",
    ] {
        let mut files = sources();
        files.get_mut("cors/memo").unwrap().push_str(planted);
        let found = forbidden(&imports(&files));
        assert!(found.iter().any(|edge| edge.starts_with("cors/memo -> lint")), "{planted}");
    }
}

#[test]
fn a_circle_is_found_through_other_files_and_through_the_parent() {
    for (file, planted) in [
        ("cors/byte_set", "use super::header_names::HeaderNames;"),
        ("cors/byte_set", "use super::{policy::Policy, memo};"),
        ("cors/memo", "use super::Policy;"),
        ("cors/memo", "use super::*;"),
        ("cors/memo", "use crate::cors;"),
    ] {
        let mut files = sources();
        files.get_mut(file).unwrap().push_str(planted);
        let circle = circle(&imports(&files)).unwrap_or_default();
        assert!(circle.iter().any(|each| each == file), "{planted}: {circle:?}");
    }
}

#[test]
fn comments_and_unit_tests_import_nothing() {
    let mut files = sources();
    let tests =
        "// crate::lint\n/// [`crate::lint`]\n#[cfg(test)]\nmod tests {\n use crate::lint;\n}";
    files.get_mut("cors/mirrored").unwrap().insert_str(0, tests);
    assert_eq!(forbidden(&imports(&files)), Vec::<String>::new());
}

#[test]
fn everything_in_a_c_function_is_inside_a_guard() {
    let files = sources();
    let functions: Vec<_> = files.values().flat_map(|text| c_functions(text)).collect();
    assert!(functions.len() > 15, "only {} C functions were found", functions.len());
    for (name, body) in functions {
        assert!(is_guarded(&body), "{name}: {body}");
    }
}

#[test]
fn code_outside_the_guard_is_found() {
    for (body, guarded) in [
        ("object(|| one(slf))", true),
        ("guard::traverse(|| one(slf))", true),
        ("unraisable(|| one(slf));", true),
        ("status(|| {\n        one(slf)\n    });\n    0", true),
        ("one(slf)", false),
        ("one(slf);\n    object(|| two(slf))", false),
        ("object(|| one(slf)).and(two(slf))", false),
        ("unraisable(|| one(slf));\n    two(slf)", false),
    ] {
        let text = format!("unsafe extern \"C\" fn planted(slf: X) -> Y {{\n    {body}\n}}\n");
        let functions = c_functions(&text);
        assert_eq!(functions, [("planted".to_owned(), body.to_owned())]);
        assert_eq!(is_guarded(body), guarded, "{body}");
    }
}

/// The name and the body of each C function, without comments.
fn c_functions(text: &str) -> Vec<(String, String)> {
    let code = code(text);
    let starts = code.split("extern \"C\" fn ").skip(1);
    starts
        .map(|function| {
            let (name, rest) = function.split_once('(').unwrap();
            let (_, rest) = rest.split_once("{\n").unwrap();
            let (body, _) = rest.split_once("\n}").unwrap();
            (name.to_owned(), body.trim().to_owned())
        })
        .collect()
}

/// Whether a body is one call of a guard, with nothing behind it but the 0 of a function that cannot
/// fail.
fn is_guarded(body: &str) -> bool {
    let (guard, rest) = body.split_once('(').unwrap_or((body, ""));
    let mut depth = 1;
    let end = rest.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    });
    let behind = end.map(|at| rest[at + 1..].split_whitespace().collect::<String>());
    ["object", "status", "unraisable", "guard::traverse"].contains(&guard)
        && matches!(behind.as_deref(), Some("" | ";" | ";0"))
}

/// The code of every file of `src` by its name, except files of unit tests.
fn sources() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().with_extension("");
            let parts: Vec<_> = name.iter().map(|part| part.to_str().unwrap()).collect();
            let parts = parts.strip_suffix(&["mod"]).unwrap_or(&parts);
            if parts.last() != Some(&"tests") {
                files.insert(parts.join("/"), fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

fn imports(files: &BTreeMap<String, String>) -> Imports {
    files.iter().map(|(file, text)| (file.clone(), imports_of(file, text, files))).collect()
}

fn imports_of(file: &str, text: &str, files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let code = code(text);
    let mut found = BTreeSet::new();
    for (at, start) in ["super::", "crate::"].iter().flat_map(|start| code.match_indices(start)) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c == ':' || c == '_' || c.is_alphanumeric()) {
            continue;
        }
        let from = if start == "crate::" { Some(String::new()) } else { parent(file) };
        let from = from.filter(|_| start != "super::" || file != "lib");
        if let Some(from) = from {
            resolve(&from, &code[at + start.len()..], files, &mut found);
        }
    }
    let words: Vec<&str> = code.split_whitespace().collect();
    for pair in words.windows(2) {
        if let ["mod", name] = pair
            && let Some(name) = name.strip_suffix(';')
        {
            let folder = if file == "lib" { "" } else { file };
            found.extend(Some(join(folder, name)).filter(|child| files.contains_key(child)));
        }
    }
    found.remove(file);
    found
}

/// Adds the files that a path, or each path of a `{…}`, leads to from the module `from`.
fn resolve(from: &str, path: &str, files: &BTreeMap<String, String>, found: &mut BTreeSet<String>) {
    let path = path.trim_start();
    if let Some(list) = path.strip_prefix('{') {
        for each in split_list(list) {
            resolve(from, each, files, found);
        }
        return;
    }
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    let module = match name {
        "super" => parent(from),
        _ => Some(join(from, name)).filter(|module| files.contains_key(module)),
    };
    match (module, rest.trim_start().strip_prefix("::")) {
        (Some(module), Some(rest)) => resolve(&module, rest, files, found),
        (Some(module), None) => drop(found.insert(module)),
        // An item of the module itself.
        (None, _) if from.is_empty() => drop(found.insert("lib".to_owned())),
        (None, _) => drop(found.insert(from.to_owned())),
    }
}

/// The parts of a list, at its commas that are in no list of their own, up to its closing brace.
fn split_list(list: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The code without its comments and its module of unit tests.
fn code(text: &str) -> String {
    let mut kept = String::new();
    let mut in_tests = false;
    for line in text.lines() {
        in_tests |= line == "mod tests {";
        if !in_tests {
            kept.push_str(line.split("//").next().unwrap_or_default());
            kept.push('\n');
        }
        in_tests &= line != "}";
    }
    kept
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The module that a module is in; the crate is "".
fn parent(module: &str) -> Option<String> {
    let (parent, _) = module.rsplit_once('/').unwrap_or(("", module));
    (!module.is_empty()).then(|| parent.to_owned())
}

fn folder(file: &str) -> &str {
    file.split('/').next().unwrap_or_default()
}

/// The imports that the table does not allow.
fn forbidden(imports: &Imports) -> Vec<String> {
    let allows = |from: &str, to: &str| {
        from == to || ALLOWED.iter().any(|(folder, to_all)| *folder == from && to_all.contains(&to))
    };
    let edges = imports.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to)));
    edges
        .filter(|(from, to)| !allows(folder(from), folder(to)))
        .map(|(from, to)| format!("{from} -> {to}"))
        .collect()
}

/// A circle of imports, its first file once more at its end.
fn circle(imports: &Imports) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    imports.keys().find_map(|file| circle_from(file, imports, &mut Vec::new(), &mut done))
}

fn circle_from<'i>(
    file: &'i str,
    imports: &'i Imports,
    way: &mut Vec<&'i str>,
    done: &mut BTreeSet<&'i str>,
) -> Option<Vec<String>> {
    if let Some(start) = way.iter().position(|each| *each == file) {
        return Some(way[start..].iter().chain([&file]).map(|&each| each.to_owned()).collect());
    }
    if !done.insert(file) {
        return None;
    }
    way.push(file);
    let found = imports[file].iter().find_map(|to| circle_from(to, imports, way, done));
    way.pop();
    found
}
