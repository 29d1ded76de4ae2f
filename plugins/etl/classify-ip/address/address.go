// Package address classifies IP addresses.
package address

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Parse parses an address, which may have white space around it. An IPv4 address mapped into IPv6 becomes IPv4.
func Parse(text string) (netip.Addr, error) {
	address, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil {
		return address, fmt.Errorf("%q is not an IP address", text)
	}
	return address.Unmap(), nil
}

// Version is 4 or 6.
func Version(address netip.Addr) int32 {
	if address.Is4() {
		return 4
	}
	return 6
}

// Networks without a method in Go's standard library, from the IANA registries of special-purpose addresses.
var (
	documentation = prefixes("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
	shared        = prefixes("100.64.0.0/10")
	reserved      = prefixes("0.0.0.0/8", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "2001:2::/48", "100::/64")
)

func prefixes(texts ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(texts))
	for index, text := range texts {
		parsed[index] = netip.MustParsePrefix(text)
	}
	return parsed
}

// Kind is the purpose of an address: unspecified, loopback, private, link-local, multicast, documentation, shared (RFC 6598), broadcast,
// reserved, or global.
func Kind(address netip.Addr) string {
	in := func(prefixes []netip.Prefix) bool {
		return slices.ContainsFunc(prefixes, func(prefix netip.Prefix) bool { return prefix.Contains(address.WithZone("")) })
	}
	switch {
	case address.IsUnspecified():
		return "unspecified"
	case address.IsLoopback():
		return "loopback"
	case address.IsPrivate():
		return "private"
	case address.IsLinkLocalUnicast():
		return "link-local"
	case address.IsMulticast():
		return "multicast"
	case in(documentation):
		return "documentation"
	case in(shared):
		return "shared"
	case address == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "broadcast"
	case in(reserved):
		return "reserved"
	default:
		return "global"
	}
}

// Networks are named networks, the narrowest first.
type Networks []network

type network struct {
	name   string
	prefix netip.Prefix
}

// ParseNetworks parses named networks such as 10.1.0.0/16.
func ParseNetworks(texts map[string]string) (Networks, error) {
	networks := make(Networks, 0, len(texts))
	for name, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%s = %q is not a network, such as 10.1.0.0/16", name, text)
		}
		networks = append(networks, network{name, prefix.Masked()})
	}
	slices.SortFunc(networks, func(one, other network) int {
		if one.prefix.Bits() != other.prefix.Bits() {
			return other.prefix.Bits() - one.prefix.Bits()
		}
		return strings.Compare(one.name, other.name)
	})
	return networks, nil
}

// Find returns the name of the narrowest network that contains the address, or an empty string.
func (networks Networks) Find(address netip.Addr) string {
	for _, network := range networks {
		if network.prefix.Contains(address.WithZone("")) {
			return network.name
		}
	}
	return ""
}
