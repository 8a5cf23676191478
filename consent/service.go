package consent

// MaxServices is how many services visitors may be asked about one by one, the necessary ones left out:
// with more the state cookie would not fit into [MaxState].
const MaxServices = 40

// Bit is the position of the service in the numbers of the state cookie (see [Keys.SealState]), and -1
// where visitors do not answer for it alone: it is necessary, or the policy is not per service. It is
// meaningful in what [Rulebook.Services] returns.
func (s Service) Bit() int { return int(s.bit) - 1 }

// mask is 1<<Bit, 0 where there is none.
func (s *Service) mask() uint64 {
	if s.bit == 0 {
		return 0
	}
	return 1 << (s.bit - 1)
}

// choosable counts the services that visitors can refuse.
func (p *Policy) choosable() int {
	n := 0
	for i := range p.Services {
		if p.Services[i].Purpose != Necessary {
			n++
		}
	}
	return n
}

// indexServices numbers the services that visitors answer for, and returns what the shape says of them.
func (b *Rulebook) indexServices() (shape []string) {
	if !b.policy.PerService {
		return nil
	}
	next := uint8(0)
	for i := range b.policy.Services {
		s := &b.policy.Services[i]
		if s.Purpose == Necessary {
			continue
		}
		next++
		s.bit = next
		b.served |= s.mask()
		shape = append(shape, "service "+s.ID+" "+string(s.Purpose))
	}
	return shape
}

// service returns the service with the given id, nil where there is none.
func (b *Rulebook) service(id string) *Service {
	for i := range b.policy.Services {
		if b.policy.Services[i].ID == id {
			return &b.policy.Services[i]
		}
	}
	return nil
}

// serviceMask returns the bit of a service in masks, 0 where visitors do not answer for it.
func (b *Rulebook) serviceMask(id string) uint64 {
	if s := b.service(id); s != nil {
		return s.mask()
	}
	return 0
}

// follow returns the services that visitors answer for and whose purposes are among the given.
func (b *Rulebook) follow(purposes uint32) (services uint64) {
	if b.served == 0 || purposes == 0 {
		return 0
	}
	for i := range b.policy.Services {
		if s := &b.policy.Services[i]; purposes&b.purposeBit(s.Purpose) != 0 {
			services |= s.mask()
		}
	}
	return services
}

// Services returns the services in the policy's order. Treat them as read-only.
func (b *Rulebook) Services() []Service { return b.policy.Services }

// PerService reports whether visitors answer for services one by one.
func (b *Rulebook) PerService() bool { return b.served != 0 }

// ServiceStance returns how the visitor stands to a service: their answer for it where the policy is per
// service, that for its purpose elsewhere. What the browser asks for a purpose it asks for its services.
// A service that the policy does not declare is refused where everything is, opted out where the
// browser asks, and undecided otherwise.
func (c Choice) ServiceStance(id string) Stance {
	if c.book == nil {
		return c.Stance("")
	}
	s := c.book.service(id)
	if s == nil || s.bit == 0 {
		return c.Stance(servicePurpose(s))
	}
	return c.serviceStance(c.book.purposeBit(s.Purpose), s.mask())
}

func servicePurpose(s *Service) Purpose {
	if s == nil {
		return ""
	}
	return s.Purpose
}

func (c Choice) serviceStance(purpose uint32, service uint64) Stance {
	switch {
	case !c.decided:
		return c.stance(purpose)
	case c.taken&service != 0:
		return Withdrawn
	case c.services&service == 0:
		return Refused
	case c.opted&purpose != 0:
		return OptedOut
	}
	return Granted
}

// AllowsService reports whether the service may be used: its scripts and frames loaded, its cookies set.
func (c Choice) AllowsService(id string) bool { return c.ServiceStance(id).allows() }

// Services returns the ids of the services that are allowed, in the policy's order; nil for the zero
// Choice.
func (c Choice) Services() []string {
	if c.book == nil {
		return nil
	}
	var allowed []string
	for _, s := range c.book.policy.Services {
		if c.AllowsService(s.ID) {
			allowed = append(allowed, s.ID)
		}
	}
	return allowed
}
