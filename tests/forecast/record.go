package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// recordFile keeps what came of changes, below the project's root.
const recordFile = ".local/forecast.json"

// record is what came of changes that were carried out, by the names of the rows.
type record struct {
	path  string
	again bool // what is known is not measured again
	rows  map[string]measured
}

// openRecord reads what is known, if there is anything.
func openRecord(root string, again bool) (*record, error) {
	r := &record{filepath.Join(root, recordFile), again, map[string]measured{}}
	text, err := os.ReadFile(r.path)
	if errors.Is(err, os.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &r.rows)
	}
	if err != nil {
		return nil, fmt.Errorf("what was measured: %w", err)
	}
	return r, nil
}

// known returns what came of a change, if it is to be believed.
func (r *record) known(of row) (measured, bool) {
	m, ok := r.rows[of.name]
	return m, ok && r.again
}

// keep writes down what came of a change.
func (r *record) keep(of row, m measured) error {
	r.rows[of.name] = m
	text, err := json.MarshalIndent(r.rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(r.path, text, 0o644)
}

// arrange puts the rows that are only forecast first, those that begin alike beside each
// other, because none of them changes what runs. The others stay a walk.
func (r *record) arrange(chosen []row) []row {
	var forecastOnly, walk []row
	for _, next := range chosen {
		if _, ok := r.known(next); !ok {
			walk = append(walk, next)
			continue
		}
		at := len(forecastOnly)
		for i, earlier := range slices.Backward(forecastOnly) {
			if earlier.before.same(next.before) {
				at = i + 1
				break
			}
		}
		forecastOnly = slices.Insert(forecastOnly, at, next)
	}
	return append(forecastOnly, walk...)
}
