//! The codes of what is found in lists of methods and of header names.

codes! {
    NAME_BREAKS_HEADER = "name-breaks-header";
    NOT_A_TOKEN = "not-a-token";
    METHOD_SEVERAL = "method-several";
    METHOD_QUOTES = "method-quotes";
    METHOD_GLOB = "method-glob";
    METHOD_LOWER_CASE = "method-lower-case";
    METHOD_WORD_FOR_ANY = "method-word-for-any";
    METHOD_MISSPELLED = "method-misspelled";
    METHOD_FORBIDDEN = "method-forbidden";
    METHOD_DUPLICATE = "method-duplicate";
    METHOD_ANY_BESIDE_OTHERS = "method-any-beside-others";
    METHOD_ANY_WITH_CREDENTIALS = "method-any-with-credentials";
    HEADER_SEVERAL = "header-several";
    HEADER_QUOTES = "header-quotes";
    HEADER_GLOB = "header-glob";
    HEADER_MISSPELLED = "header-misspelled";
    HEADER_DUPLICATE = "header-duplicate";
    HEADER_SAFELISTED = "header-safelisted";
    HEADER_FORBIDDEN = "header-forbidden";
    HEADER_OF_RESPONSE = "header-of-response";
    HEADER_ANY_BESIDE_OTHERS = "header-any-beside-others";
    HEADER_ANY_WITH_CREDENTIALS = "header-any-with-credentials";
    HEADER_AUTHORIZATION_BESIDE_ANY = "header-authorization-beside-any";
    EXPOSE_SEVERAL = "expose-several";
    EXPOSE_QUOTES = "expose-quotes";
    EXPOSE_GLOB = "expose-glob";
    EXPOSE_MISSPELLED = "expose-misspelled";
    EXPOSE_DUPLICATE = "expose-duplicate";
    EXPOSE_SAFELISTED = "expose-safelisted";
    EXPOSE_FORBIDDEN = "expose-forbidden";
    EXPOSE_OF_REQUEST = "expose-of-request";
    EXPOSE_OF_PREFLIGHT = "expose-of-preflight";
    EXPOSE_ANY_BESIDE_OTHERS = "expose-any-beside-others";
    EXPOSE_ANY_WITH_CREDENTIALS = "expose-any-with-credentials";
}
