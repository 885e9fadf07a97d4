package sla

import (
	"errors"
	"math/big"
)

// The arithmetic of error budgets (SLA.md F35–F37), in exact rationals. Targets
// and shares lie in [0, 1], lengths are in any one unit.

// ErrNoBudget is the answer of a sum that would divide by nothing: no budget, no
// window, no burn or no errors.
var ErrNoBudget = errors.New("nothing to divide by: no budget, no window, no burn or no errors")

func one() *big.Rat { return big.NewRat(1, 1) }

// Allowed is the time that may be bad in a window: window × (1 − target).
func Allowed(window, target *big.Rat) *big.Rat {
	left := new(big.Rat).Sub(one(), target)
	return left.Mul(left, window)
}

// BurnForBudget is the rate that spends a share of the budget of window within long.
func BurnForBudget(window, share, long *big.Rat) (*big.Rat, error) {
	if long.Sign() == 0 {
		return nil, ErrNoBudget
	}
	x := new(big.Rat).Mul(share, window)
	return x.Quo(x, long), nil
}

// Consumed is the share of the budget of window that bad time at an error share spends.
func Consumed(window, target, bad, errors *big.Rat) (*big.Rat, error) {
	allowed := Allowed(window, target)
	if allowed.Sign() == 0 {
		return nil, ErrNoBudget
	}
	x := new(big.Rat).Mul(bad, errors)
	return x.Quo(x, allowed), nil
}

// TimeToExhaust is how long a burn rate takes to spend the budget of window.
func TimeToExhaust(window, burn *big.Rat) (*big.Rat, error) {
	if burn.Sign() == 0 {
		return nil, ErrNoBudget
	}
	return new(big.Rat).Quo(window, burn), nil
}

// Detection is how long an error share takes to fire an alert on long.
func Detection(target, errors, long, burn *big.Rat) (*big.Rat, error) {
	if errors.Sign() == 0 {
		return nil, ErrNoBudget
	}
	x := Allowed(long, target)
	x.Mul(x, burn)
	return x.Quo(x, errors), nil
}

// Reset is how long an alert on long stays after the errors have ended.
func Reset(target, long, burn *big.Rat) *big.Rat {
	x := Allowed(long, target)
	return x.Sub(long, x.Mul(x, burn))
}

// Serial is the availability of parts that are all needed.
func Serial(parts []*big.Rat) *big.Rat {
	x := one()
	for _, p := range parts {
		x.Mul(x, p)
	}
	return x
}

// Parallel is the availability of parts of which one is enough.
func Parallel(parts []*big.Rat) *big.Rat {
	x := one()
	for _, p := range parts {
		x.Mul(x, new(big.Rat).Sub(one(), p))
	}
	return x.Sub(one(), x)
}
