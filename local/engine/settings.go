package engine

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/texttheater/golang-levenshtein/levenshtein"
)

// defaultRegion is where stacks are that name no region.
const defaultRegion = "eu-west-1"

// Settings are a stack's settings on this machine: those of the project's files,
// which are never written, with some overridden.
type Settings struct {
	Root   string // the project's folder
	Stack  string
	Region string
	// Throwaway, if set, is a folder for a state that may be thrown away, in place of
	// the stack's own below Root.
	Throwaway string
	// Overrides are what this machine needs otherwise than declared.
	Overrides []Override

	project workspace.Project
	config  config.Map
	given   map[string]bool // by hand, by name
}

// Override is a setting that this machine needs otherwise than declared.
type Override struct {
	Key, Declared, Value string
	Why                  string
}

// LoadSettings reads Pulumi.yaml and, if there is one, the stack's file. given are
// settings as key=value, which win over everything.
func LoadSettings(root, stack string, given []string) (*Settings, error) {
	project, err := workspace.LoadProject(filepath.Join(root, "Pulumi.yaml"))
	if err != nil {
		return nil, fmt.Errorf("project Pulumi.yaml: %w", err)
	}
	name := "Pulumi." + stack + ".yaml"
	file, err := workspace.LoadProjectStack(nil, project, filepath.Join(root, name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &Settings{Root: root, Stack: stack, Region: defaultRegion, project: *project, config: file.Config, given: map[string]bool{}}
	problems := []error{s.check(name)}
	for _, setting := range given {
		key, err := s.set(setting)
		s.given[key] = true
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	region := config.MustMakeKey("aws", "region")
	if value, ok := s.config[region]; ok {
		s.Region, _ = value.Value(config.NopDecrypter)
	} else {
		s.config[region] = config.NewValue(s.Region)
	}
	return s, nil
}

// check refuses keys that the project does not declare, and secrets, which only
// their own backend can read.
func (s *Settings) check(file string) error {
	var problems []error
	for key, value := range s.config {
		problems = append(problems, s.checkKey(key))
		if value.Secure() {
			problems = append(problems, fmt.Errorf("%s in %s is encrypted for another backend: give a local value with CONFIG=\"%s=…\"", key, file, key.Name()))
		}
	}
	return errors.Join(problems...)
}

// set takes one key=value, and returns the key without the project's namespace.
func (s *Settings) set(setting string) (string, error) {
	name, value, ok := strings.Cut(setting, "=")
	if !ok {
		return "", fmt.Errorf("setting %q: write it as key=value", setting)
	}
	key := s.key(name)
	if strings.Contains(name, ":") {
		var err error
		if key, err = config.ParseKey(name); err != nil {
			return "", fmt.Errorf("setting %q: %w", setting, err)
		}
	}
	if strings.HasPrefix(value, "[") || strings.HasPrefix(value, "{") {
		s.config[key] = config.NewObjectValue(value)
	} else {
		s.config[key] = config.NewValue(value)
	}
	return key.Name(), s.checkKey(key)
}

// key returns the full key of one of the project's own settings.
func (s *Settings) key(name string) config.Key {
	return config.MustMakeKey(string(s.project.Name), name)
}

// checkKey refuses a key of the project that Pulumi.yaml does not describe.
func (s *Settings) checkKey(key config.Key) error {
	if key.Namespace() != string(s.project.Name) {
		return nil
	}
	known := s.declared()
	if _, ok := known[key.Name()]; ok {
		return nil
	}
	closest, distance := "", len(key.Name())
	for _, candidate := range slices.Sorted(maps.Keys(known)) {
		d := levenshtein.DistanceForStrings([]rune(strings.ToLower(key.Name())), []rune(strings.ToLower(candidate)), levenshtein.DefaultOptionsWithSub)
		if d < distance {
			closest, distance = candidate, d
		}
	}
	if closest == "" {
		return fmt.Errorf("setting %s is not in Pulumi.yaml", key.Name())
	}
	return fmt.Errorf("setting %s is not in Pulumi.yaml: did you mean %s?", key.Name(), closest)
}

// declared are the project's own settings, by name.
func (s *Settings) declared() map[string]workspace.ProjectConfigType {
	own := map[string]workspace.ProjectConfigType{}
	for key, declaration := range s.project.Config {
		if name := strings.TrimPrefix(key, string(s.project.Name)+":"); !strings.Contains(name, ":") {
			own[name] = declaration
		}
	}
	return own
}

// Given says whether a setting was given by hand.
func (s *Settings) Given(name string) bool { return s.given[name] }

// Override gives a setting another value than the declared one, and remembers why.
func (s *Settings) Override(name, value, why string) {
	if declared, ok := s.Value(name); ok && declared != value {
		s.Overrides = append(s.Overrides, Override{name, declared, value, why})
		s.config[s.key(name)] = config.NewValue(value)
	}
}

// Value returns the value of a setting that the program will see, and whether
// Pulumi.yaml describes such a setting.
func (s *Settings) Value(name string) (string, bool) {
	declaration, ok := s.declared()[name]
	if !ok {
		return "", false
	}
	if value, set := s.config[s.key(name)]; set {
		text, err := value.Value(config.NopDecrypter)
		return text, err == nil
	}
	if declaration.Default == nil {
		return "", true
	}
	return fmt.Sprint(declaration.Default), true
}

// folder is where the engine keeps state, settings and its own home.
func (s *Settings) folder() string {
	if s.Throwaway != "" {
		return s.Throwaway
	}
	return filepath.Join(s.Root, Folder)
}

// stackFile is the stack's file in the engine's folder. The salt that is there
// belongs to the state.
func (s *Settings) stackFile(folder string) workspace.ProjectStack {
	file := workspace.ProjectStack{Config: s.config}
	path := filepath.Join(folder, "Pulumi."+s.Stack+".yaml")
	if _, err := os.Stat(path); err != nil {
		return file
	}
	if last, err := workspace.LoadProjectStack(nil, &s.project, path); err == nil {
		file.EncryptionSalt = last.EncryptionSalt
	}
	return file
}
