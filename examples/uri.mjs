// URI identities in the form that PASSporTs compare (RFC 8224 Section 8.5): of a SIP URI the scheme, user and host remain.

import { isUri, normalizeUri } from '@oobleck/stir/uri';

console.log(normalizeUri('SIP:Alice@Atlanta.example.com:5060;transport=tcp'));
console.log(normalizeUri('URN:service:sos'));
console.log(isUri('sip:alice@atlanta.example.com'), isUri('alice'));

// Prints:
// sip:alice@atlanta.example.com
// urn:service:sos
// true false
