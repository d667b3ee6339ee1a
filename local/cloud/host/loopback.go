package host

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"syscall"
)

// The part of 127.0.0.0/8 that clouds choose their /16 from: 127.0 and 127.1 are
// used by other programs.
const firstBlock, lastBlock = 16, 250

// lockPort is where a cloud holds its block; any port does as long as all clouds agree.
const lockPort = 47127

// Loopback is the 127.B.0.0/16 that belongs to one cloud alone.
type Loopback struct {
	block byte
	lock  net.Listener // held for as long as the block is ours

	nodePorts atomic.Int32 // how many nodes have been given one
}

func openLoopback() (*Loopback, error) {
	first := rand.N(lastBlock - firstBlock)
	for i := range lastBlock - firstBlock {
		l := &Loopback{block: byte(firstBlock + (first+i)%(lastBlock-firstBlock))}
		lock, err := net.Listen("tcp4", net.JoinHostPort(l.Address(255, 254).String(), strconv.Itoa(lockPort)))
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			return nil, fmt.Errorf("the local cloud gives every network interface an address in 127.0.0.0/8, which this system refuses (%w): run it on Linux, in a virtual machine or a container if need be", err)
		}
		if err == nil {
			l.lock = lock
			return l, nil
		}
	}
	return nil, errors.New("no free /16 in 127.0.0.0/8: stop other local clouds with make down")
}

func (l *Loopback) close() { _ = l.lock.Close() }

// Address returns 127.B.third.fourth.
func (l *Loopback) Address(third, fourth byte) netip.Addr {
	return netip.AddrFrom4([4]byte{127, l.block, third, fourth})
}

// Own returns an address that the cloud uses itself: 127.B.255.n.
func (l *Loopback) Own(last byte) netip.Addr { return l.Address(255, last) }

// NodeAddress returns an address and a free port for a process that only endpoints
// lead to. It is never given again, so nobody takes it before the process does.
func (l *Loopback) NodeAddress() (netip.AddrPort, error) {
	const firstPort, lastPort = 20000, 29999 // below the kernel's ephemeral ones
	for {
		port := firstPort + int(l.nodePorts.Add(1))
		if port > lastPort {
			return netip.AddrPort{}, errors.New("no port is left for another node: make down and up again")
		}
		address := netip.AddrPortFrom(l.Own(2), uint16(port))
		if listener, err := net.Listen("tcp4", address.String()); err == nil {
			return address, listener.Close()
		}
	}
}
