// Package githubtest is the part of GitHub's REST API that workflows of this project
// use, in memory: comments and issues of one repository.
package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
)

// Repository is the one that there is.
const Repository = "octo-org/octo-repo"

// Token may read and write; any other may only read.
const Token = "a token that may write"

// Text is a comment or an issue.
type Text struct {
	ID          int               `json:"id"`
	Number      int               `json:"number"` // of an issue; of a comment, that of what it is about
	Title       string            `json:"title"`
	Body        string            `json:"body"`
	State       string            `json:"state"`
	User        map[string]string `json:"user"`
	PullRequest *struct{}         `json:"pull_request,omitempty"`
}

// Server is GitHub.
type Server struct {
	*httptest.Server

	mu       sync.Mutex
	comments []Text
	issues   []Text
	writes   int
}

// Start starts a server; Close ends it.
func Start() *Server {
	s := &Server{}
	routes := http.NewServeMux()
	base := "/repos/" + Repository
	routes.HandleFunc("GET "+base+"/issues/{number}/comments", func(w http.ResponseWriter, r *http.Request) {
		number, _ := strconv.Atoi(r.PathValue("number"))
		page(w, r, where(s.Comments(), func(t Text) bool { return t.Number == number }))
	})
	routes.HandleFunc("GET "+base+"/issues", func(w http.ResponseWriter, r *http.Request) {
		page(w, r, where(s.Issues(), func(t Text) bool { return t.State == r.FormValue("state") }))
	})
	routes.HandleFunc("POST "+base+"/issues/{number}/comments", s.writing(func(r *http.Request, in Text) (*Text, error) {
		number, err := strconv.Atoi(r.PathValue("number"))
		in.Number, in.ID = number, len(s.comments)+1
		s.comments = append(s.comments, in)
		return &in, err
	}))
	routes.HandleFunc("PATCH "+base+"/issues/comments/{id}", s.writing(func(r *http.Request, in Text) (*Text, error) {
		return change(s.comments, r.PathValue("id"), in, func(t Text) int { return t.ID })
	}))
	routes.HandleFunc("POST "+base+"/issues", s.writing(func(_ *http.Request, in Text) (*Text, error) {
		in.Number, in.State = len(s.issues)+1, "open"
		s.issues = append(s.issues, in)
		return &in, nil
	}))
	routes.HandleFunc("PATCH "+base+"/issues/{number}", s.writing(func(r *http.Request, in Text) (*Text, error) {
		return change(s.issues, r.PathValue("number"), in, func(t Text) int { return t.Number })
	}))
	s.Server = httptest.NewServer(routes)
	return s
}

// Comments returns all comments, oldest first.
func (s *Server) Comments() []Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.comments)
}

// Issues returns all issues, oldest first.
func (s *Server) Issues() []Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.issues)
}

// AddComment adds a comment that somebody wrote: a "User" or a "Bot".
func (s *Server) AddComment(number int, by, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comments = append(s.comments, Text{ID: len(s.comments) + 1, Number: number, Body: body, User: map[string]string{"type": by}})
}

// Writes returns how many requests have changed something.
func (s *Server) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

// mostCharacters is the limit of bodies.
const mostCharacters = 65_536

// writing answers a request that changes something as GitHub does: 403 without the right,
// 422 when the body is too long.
func (s *Server) writing(write func(*http.Request, Text) (*Text, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		in := Text{User: map[string]string{"type": "Bot"}}
		switch err := json.NewDecoder(r.Body).Decode(&in); {
		case r.Header.Get("Authorization") != "Bearer "+Token:
			problem(w, http.StatusForbidden, "Resource not accessible by integration")
			return
		case err != nil:
			problem(w, http.StatusBadRequest, err.Error())
			return
		case len([]rune(in.Body)) > mostCharacters:
			problem(w, http.StatusUnprocessableEntity, "body is too long (maximum is 65536 characters)")
			return
		}
		text, err := write(r, in)
		if err != nil {
			problem(w, http.StatusNotFound, err.Error())
			return
		}
		s.writes++
		_ = json.NewEncoder(w).Encode(text)
	}
}

// change writes what is given over the text with a number.
func change(all []Text, number string, in Text, of func(Text) int) (*Text, error) {
	for i := range all {
		if strconv.Itoa(of(all[i])) == number {
			for field, value := range map[*string]string{&all[i].Body: in.Body, &all[i].Title: in.Title, &all[i].State: in.State} {
				if value != "" {
					*field = value
				}
			}
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("there is no %s", number)
}

func problem(w http.ResponseWriter, status int, message string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}

// page answers with one page of a list.
func page(w http.ResponseWriter, r *http.Request, all []Text) {
	size, _ := strconv.Atoi(r.FormValue("per_page"))
	number, _ := strconv.Atoi(r.FormValue("page"))
	from := min(len(all), size*(number-1))
	_ = json.NewEncoder(w).Encode(all[from:min(len(all), from+size)])
}

func where(all []Text, wanted func(Text) bool) []Text {
	found := []Text{}
	for _, text := range all {
		if wanted(text) {
			found = append(found, text)
		}
	}
	return found
}
