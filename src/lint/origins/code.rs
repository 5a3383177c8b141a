//! The codes of what is found in `allow_origins`.

codes! {
    EMPTY = "origin-empty";
    WHITE_SPACE = "origin-white-space";
    CONTROL_CHARACTER = "origin-control-character";
    QUOTES = "origin-quotes";
    SEVERAL = "origin-several";
    PLACEHOLDER = "origin-placeholder";
    NO_SCHEME = "origin-no-scheme";
    MALFORMED_SCHEME = "origin-malformed-scheme";
    DOUBLED_SCHEME = "origin-doubled-scheme";
    SCHEME_NOT_SENT = "origin-scheme-not-sent";
    TRAILING_SLASH = "origin-trailing-slash";
    PATH = "origin-path";
    QUERY = "origin-query";
    FRAGMENT = "origin-fragment";
    USERINFO = "origin-userinfo";
    UPPER_CASE = "origin-upper-case";
    DEFAULT_PORT = "origin-default-port";
    BAD_PORT = "origin-bad-port";
    UNICODE = "origin-unicode";
    PERCENT_ENCODED = "origin-percent-encoded";
    PUNYCODE = "origin-punycode";
    IPV4 = "origin-ipv4";
    IPV6 = "origin-ipv6";
    ADDRESS_RANGE = "origin-address-range";
    TOO_LONG = "origin-too-long";
    TRAILING_DOT = "origin-trailing-dot";
    HOST = "origin-host";
    REGULAR_EXPRESSION = "origin-regular-expression";
    GLOB = "origin-glob";
    NULL = "origin-null";
    FILE = "origin-file";
    EXTENSION_ID = "origin-extension-id";
    UNSPECIFIED_ADDRESS = "origin-unspecified-address";
    ANY_WITH_CREDENTIALS = "origin-any-with-credentials";
    ANY_BESIDE_OTHERS = "origin-any-beside-others";
    INSECURE = "origin-insecure";
    PUBLIC_SUFFIX = "origin-public-suffix";
    DUPLICATE = "origin-duplicate";
}
