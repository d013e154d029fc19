from models import Author, Firm, Post

from ftf.testing import Factory


class FirmFactory(Factory[Firm]): ...


class AuthorFactory(Factory[Author]):
    def definition(self, number):
        return {"firm": FirmFactory()}


class PostFactory(Factory[Post]):
    def definition(self, number):
        return {"author": AuthorFactory()}
